import * as tf from '@tensorflow/tfjs';
import { logitOf } from './layers.js';

/**
 * Saliency (Simonyan, Vedaldi and Zisserman 2013): how much the class's logit would change with each pixel: the greatest
 * absolute gradient over its channels.
 * @param input one normalized image, [1, height, width, channels]
 * @returns [height, width]; the caller (or its `tidy`) disposes it
 */
export function saliency(model: tf.LayersModel, input: tf.Tensor, classIndex: number): tf.Tensor2D {
  return tf.tidy(() => {
    const gradient = tf.grad((images: tf.Tensor) => tf.sum(logitOf(model, images, classIndex)))(input);
    return tf.squeeze<tf.Tensor2D>(tf.max(tf.abs(gradient), 3), [0]);
  });
}
