import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/experiment.js';
import type { Runtime } from '../tensorflow/runtime.js';

/**
 * The loss of each example: float32 [batch].
 * @param logits float32 [batch, classes]
 * @param labels the true classes, int32 [batch]; or soft ones, each class's share: float32 [batch, classes]
 */
export type Loss = (logits: tf.Tensor, labels: tf.Tensor) => tf.Tensor;

export interface LossParts {
  runtime: Pick<Runtime, 'softmaxCrossEntropy'>;
  classes: number;
  /** Whether the model ends in a softmax, which is then the loss's to compute. Else its outputs are taken as they are. */
  endsInSoftmax?: boolean;
  /** The weight of each class's examples (see `classWeights`); Keras weighs in training alone. */
  weights?: readonly number[];
}

/**
 * The losses of Keras: over the outputs of the softmax that the model ends in, from its logits. `sparse_categorical_crossentropy`: −Σ t log p with the
 * target t, which with label smoothing s is (1 − s) t + s / classes (Keras CategoricalCrossentropy).
 * `mean_squared_error`: the mean over the classes of (p − t)², p being the model's outputs, whatever its last activation. An example's weight is that of its class; of a soft label,
 * the mean over its shares.
 */
export function createLoss(
  { loss, label_smoothing: smoothing }: Pick<TrainingConfig, 'loss' | 'label_smoothing'>,
  { runtime, classes, endsInSoftmax = true, weights }: LossParts,
): Loss {
  const outputsOf = (logits: tf.Tensor): tf.Tensor => (endsInSoftmax ? tf.softmax(logits) : logits);
  const unweighted: Loss =
    loss === 'mean_squared_error'
      ? (logits, labels) => tf.mean(tf.squaredDifference(outputsOf(logits), softTargets(labels, classes, smoothing)), 1)
      : (logits, labels) => {
          const targets = smoothing === 0 ? labels : softTargets(labels, classes, smoothing);
          return runtime.softmaxCrossEntropy(targets, logits);
        };
  if (!weights) return unweighted;
  return (logits, labels) => tf.mul(unweighted(logits, labels), exampleWeights(labels, weights));
}

/** Each class's share of each label, smoothed: float32 [batch, classes]. */
function softTargets(labels: tf.Tensor, classes: number, smoothing: number): tf.Tensor {
  const off = smoothing / classes;
  if (labels.dtype === 'int32') return tf.oneHot(labels, classes, 1 - smoothing + off, off, 'float32');
  return smoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - smoothing), off);
}

function exampleWeights(labels: tf.Tensor, weights: readonly number[]): tf.Tensor {
  const ofClass = tf.tensor1d([...weights]);
  if (labels.dtype === 'int32') return tf.gather(ofClass, labels);
  return tf.sum(tf.mul(labels, ofClass), 1);
}
