import * as tf from '@tensorflow/tfjs';
import { logitOf, outputOf, withOutput } from './layers.js';

/**
 * Grad-CAM (Selvaraju et al. 2017): where a convolution saw what speaks for a class. Its maps are weighted by the mean
 * gradient of the class's logit in each, summed, and what speaks against the class is cut off.
 *
 * Runs in the browser too.
 * @param input one normalized image, [1, height, width, channels]
 * @param layer a layer of the model whose output is [1, rows, columns, maps]; usually its last convolution
 * @returns [rows, columns], at least 0; the caller (or its `tidy`) disposes it
 */
export function gradCam(
  model: tf.LayersModel,
  input: tf.Tensor,
  classIndex: number,
  layer: tf.layers.Layer,
): tf.Tensor2D {
  return tf.tidy(() => {
    const maps = outputOf(layer, model, input);
    const logit = (replaced: tf.Tensor): tf.Tensor =>
      tf.sum(withOutput(layer, replaced, () => logitOf(model, input, classIndex)));
    const weights = tf.mean(tf.grad(logit)(maps), [1, 2], true);
    return tf.relu(tf.squeeze<tf.Tensor2D>(tf.sum(tf.mul(weights, maps), 3), [0]));
  });
}
