import * as tf from '@tensorflow/tfjs';
import type { RegularizerConfig } from '../config/schema/experiment.generated.js';

export type Regularizer = ReturnType<typeof tf.regularizers.l1l2>;

/**
 * tfjs's own L1L2, so that a saved model names it in the standard way, with a penalty and a gradient of fewer passes.
 * @returns undefined where there is nothing to penalize
 */
export function createRegularizer({ l1, l2 }: RegularizerConfig): Regularizer | undefined {
  if (l1 === 0 && l2 === 0) return undefined;
  const regularizer = tf.regularizers.l1l2({ l1, l2 });
  const penalize = tf.customGrad((...inputs) => {
    const weight = inputs[0] as tf.Tensor;
    (inputs[1] as tf.GradSaveFunc)([weight]);
    return {
      value: penalty(weight, l1, l2),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, penaltyGradient(saved, l1, l2)),
    };
  });
  regularizer.apply = (weight) => penalize(weight);
  return regularizer;
}

/**
 * What a model's regularizers add to the loss: the sum over all trained kernels, as in Keras, where a frozen layer adds
 * nothing.
 * @returns float32 scalar; undefined for a model without regularizers
 */
export function regularizationPenalty(model: tf.LayersModel): tf.Scalar | undefined {
  const penalties = model.layers.filter((layer) => layer.trainable).flatMap((layer) => layer.calculateLosses());
  return penalties.length > 1 ? tf.addN(penalties) : penalties.at(0);
}

/** l1 · Σ|w| + l2 · Σw² */
function penalty(weight: tf.Tensor, l1: number, l2: number): tf.Scalar {
  const absolute = l1 === 0 ? undefined : tf.mul(tf.sum(tf.abs(weight)), l1);
  const squared = l2 === 0 ? undefined : tf.mul(tf.sum(tf.square(weight)), l2);
  return (absolute && squared ? tf.add(absolute, squared) : (absolute ?? squared)) as tf.Scalar;
}

/** l1 · sign(w) + 2 · l2 · w */
function penaltyGradient(weight: tf.Tensor, l1: number, l2: number): tf.Tensor {
  const absolute = l1 === 0 ? undefined : tf.mul(tf.sign(weight), l1);
  const squared = l2 === 0 ? undefined : tf.mul(weight, 2 * l2);
  return (absolute && squared ? tf.add(absolute, squared) : (absolute ?? squared)) as tf.Tensor;
}
