import * as tf from '@tensorflow/tfjs';
import type { GradientClippingConfig } from '../config/schema/experiment.generated.js';

/** Bounds the gradients of all weights, in their order. */
export type GradientClipping = (gradients: tf.Tensor[]) => tf.Tensor[];

/**
 * Gradient clipping as Keras's optimizer arguments have it: `clipnorm` scales each gradient whose norm is larger down to
 * that norm; `global_clipnorm` scales all of them by one factor, by the norm of all together; `clipvalue` bounds each
 * element. The norm is the root of the sum of squares.
 * @param names of the weights, in the gradients' order; those of one name are parts of one weight, and have one norm
 * @returns undefined where nothing is clipped
 */
export function createGradientClipping(
  config: GradientClippingConfig | null,
  names: readonly string[],
): GradientClipping | undefined {
  if (!config) return undefined;
  const { clipnorm, clipvalue, global_clipnorm: globalClipnorm } = config;
  if (clipnorm !== undefined) return (gradients) => scaledByName(gradients, names, clipnorm);
  if (globalClipnorm !== undefined) return (gradients) => scaledToNorm(gradients, globalClipnorm);
  if (clipvalue === undefined) return undefined;
  return (gradients) => gradients.map((gradient) => tf.clipByValue(gradient, -clipvalue, clipvalue));
}

function scaledByName(gradients: tf.Tensor[], names: readonly string[], limit: number): tf.Tensor[] {
  const scaled = [...gradients];
  for (const name of new Set(names)) {
    const parts = gradients.flatMap((_, index) => (names[index] === name ? [index] : []));
    const ofName = scaledToNorm(
      parts.map((index) => gradients[index]),
      limit,
    );
    ofName.forEach((gradient, part) => {
      scaled[parts[part]] = gradient;
    });
  }
  return scaled;
}

function scaledToNorm(gradients: tf.Tensor[], limit: number): tf.Tensor[] {
  const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.div(limit, tf.maximum(norm, limit));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
