import * as tf from '@tensorflow/tfjs';
import type { BatchNormalization, LayerNormalization } from '../../config/schema/experiment.generated.js';
import type { LayerKind } from './layer-kind.js';
import { optionalWeightOf } from './standard-layer.js';

/** A scale and an offset for each channel, where asked for. */
export const scaleAndOffset: Pick<LayerKind<BatchNormalization | LayerNormalization>, 'trainedParameters'> = {
  trainedParameters: ({ center, scale }, input) => (input.at(-1) ?? 0) * (Number(center) + Number(scale)),
};

/** Gamma and beta, as far as the layer has them. */
export function scaleOf(layer: tf.layers.Layer): [tf.Tensor | undefined, tf.Tensor | undefined] {
  return [optionalWeightOf(layer, 'gamma')?.read(), optionalWeightOf(layer, 'beta')?.read()];
}

export function scaleAndShift(layer: tf.layers.Layer, normalized: tf.Tensor): tf.Tensor {
  const [gamma, beta] = scaleOf(layer);
  const scaled = gamma ? tf.mul(normalized, gamma) : normalized;
  return beta ? tf.add(scaled, beta) : scaled;
}

/**
 * (x − mean) / √(variance + epsilon) over some axes, with its gradient in one formula:
 * (dy − mean(dy) − y · mean(dy · y)) / √(variance + epsilon).
 * @returns statistics as vectors, outside of the gradient; the caller disposes them
 */
export function standardize(
  x: tf.Tensor,
  axes: number[],
  epsilon: number,
): { normalized: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor } {
  let statistics: [tf.Tensor, tf.Tensor] | undefined;
  const normalized = tf.customGrad((...parameters) => {
    const [input, save] = parameters as [tf.Tensor, tf.GradSaveFunc];
    const mean = tf.mean(input, axes, true);
    const centered = tf.sub(input, mean);
    const variance = tf.mean(tf.square(centered), axes, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const value = tf.mul(centered, inverse);
    statistics = [tf.keep(tf.reshape(mean, [-1])), tf.keep(tf.reshape(variance, [-1]))];
    save([value, inverse]);
    return { value, gradFunc: (dy: tf.Tensor, [y, scale]: tf.Tensor[]) => standardizeGradient(dy, y, scale, axes) };
  })(x);
  if (!statistics) throw new Error('internal: nothing was standardized');
  return { normalized, mean: statistics[0], variance: statistics[1] };
}

function standardizeGradient(dy: tf.Tensor, y: tf.Tensor, scale: tf.Tensor, axes: number[]): tf.Tensor {
  const centered = tf.sub(dy, tf.mean(dy, axes, true));
  return tf.mul(tf.sub(centered, tf.mul(y, tf.mean(tf.mul(dy, y), axes, true))), scale);
}
