import * as tf from '@tensorflow/tfjs';
import { logitOf } from './layers.js';

/** Steps whose gradients are computed together. */
const BATCH = 32;

/** What each pixel contributes to a class's logit. */
export interface Attribution {
  /** Summed over the channels, [height, width]; negative where it speaks against the class. */
  values: tf.Tensor2D;
  /** By how much the logit of the image exceeds that of the baseline: what all contributions sum up to (completeness). */
  difference: number;
}

/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017): the gradients of the class's logit along the straight line from
 * a baseline to the image, averaged (by the midpoint rule) and multiplied by the way.
 * @param input one normalized image, [1, height, width, channels]
 * @param baseline an image that says nothing, of the same shape
 * @param steps of the line; the contributions sum up to the difference but for the error of the rule
 */
export function integratedGradients(
  model: tf.LayersModel,
  input: tf.Tensor,
  baseline: tf.Tensor,
  classIndex: number,
  steps = 128,
): Attribution {
  const values = tf.tidy(() => {
    const way = tf.sub(input, baseline);
    const logits = (images: tf.Tensor): tf.Tensor => tf.sum(logitOf(model, images, classIndex));
    let total: tf.Tensor = tf.zerosLike(way);
    for (let start = 0; start < steps; start += BATCH) {
      const count = Math.min(BATCH, steps - start);
      const shares = Array.from({ length: count }, (_, index) => (start + index + 0.5) / steps);
      const images = tf.add(baseline, tf.mul(tf.tensor4d(shares, [count, 1, 1, 1]), way));
      total = tf.add(total, tf.sum(tf.grad(logits)(images), 0, true));
    }
    return tf.squeeze<tf.Tensor2D>(tf.sum(tf.mul(way, tf.div(total, steps)), 3), [0]);
  });
  const [ofImage, ofBaseline] = tf.tidy(() => logitOf(model, tf.concat([input, baseline]), classIndex).dataSync());
  return { values, difference: ofImage - ofBaseline };
}
