import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { LabelWeights } from './class-weights.js';

/**
 * The loss of each example: float32 [batch].
 * @param logits float32 [batch, classes]
 * @param labels the true classes, int32 [batch]; or soft ones, each class's share: float32 [batch, classes]
 */
export type Loss = (logits: tf.Tensor, labels: tf.Tensor) => tf.Tensor;

export interface LossParts {
  runtime: Pick<Runtime, 'softmaxCrossEntropy'>;
  /** How many numbers the model gives. */
  outputs: number;
  /** See `TargetKind`. */
  toOutputs: (labels: tf.Tensor, outputs: number, smoothing: number) => tf.Tensor;
  /** Whether the model ends in a softmax, which is then the loss's to compute. Else its outputs are taken as they are. */
  endsInSoftmax?: boolean;
  /** The weight of each class's examples (see `classWeights`); Keras weighs in training alone. */
  weights?: readonly number[];
  /** Of labels: the weight of each where it applies, and where it doesn't (see `labelWeights`). */
  labelWeights?: LabelWeights;
}

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken, as Keras does. */
const EPSILON = 1e-7;

/** The loss of an output p against what it should be, t. */
type Element = (p: tf.Tensor, t: tf.Tensor, focal: Focal) => tf.Tensor;

/** Keras's arguments of focal losses. */
type Focal = NonNullable<TrainingConfig['focal']>;

/** Losses of masks alone (see `createMaskLoss`). */
type MaskLoss = 'dice' | 'dice_crossentropy' | 'tversky';

/** A loss that isn't one of masks alone; that none of other targets is, has been checked. */
function lossOfRows(loss: TrainingConfig['loss']): Exclude<TrainingConfig['loss'], MaskLoss> {
  if (loss === 'dice' || loss === 'dice_crossentropy' || loss === 'tversky')
    throw new Error(`internal: ${loss} of a target that is no mask`);
  return loss;
}

/** The loss of each output. */
const ELEMENTS: Record<Exclude<TrainingConfig['loss'], 'sparse_categorical_crossentropy' | MaskLoss>, Element> = {
  mean_squared_error: (p, t) => tf.squaredDifference(p, t),
  mean_absolute_error: (p, t) => tf.abs(tf.sub(p, t)),
  huber: (p, t) => {
    const error = tf.abs(tf.sub(p, t));
    const quadratic = tf.minimum(error, 1);
    return tf.add(tf.mul(tf.square(quadratic), 0.5), tf.sub(error, quadratic));
  },
  binary_crossentropy: (p, t) => {
    const kept = tf.clipByValue(p, EPSILON, 1 - EPSILON);
    return tf.neg(tf.add(tf.mul(t, tf.log(kept)), tf.mul(tf.sub(1, t), tf.log(tf.sub(1, kept)))));
  },
  binary_focal_crossentropy(p, t, focal) {
    const ofTrue = tf.add(tf.mul(t, p), tf.mul(tf.sub(1, t), tf.sub(1, p)));
    const loss = tf.mul(focalFactor(ofTrue, focal), ELEMENTS.binary_crossentropy(p, t, focal));
    const { alpha } = focal;
    return alpha === null ? loss : tf.mul(loss, tf.add(tf.mul(t, alpha), tf.mul(tf.sub(1, t), 1 - alpha)));
  },
  categorical_focal_crossentropy(p, t, focal) {
    const kept = tf.clipByValue(p, EPSILON, 1 - EPSILON);
    const loss = tf.mul(focalFactor(kept, focal), tf.neg(tf.mul(t, tf.log(kept))));
    return tf.mul(loss, focal.alpha ?? 0.25);
  },
};

/** Keras's `categorical_focal_crossentropy` of probabilities against shares, [..., classes]: [...]. */
export function focalOfClasses(p: tf.Tensor, t: tf.Tensor, focal: TrainingConfig['focal']): tf.Tensor {
  return tf.sum(ELEMENTS.categorical_focal_crossentropy(p, t, focal ?? KERAS_FOCAL), -1);
}

/** (1 − p)^gamma; p is kept from 1, where a gamma below 1 has no slope. */
function focalFactor(p: tf.Tensor, { gamma }: Focal): tf.Tensor {
  return tf.pow(tf.sub(1, tf.minimum(p, 1 - EPSILON)), gamma);
}

/** Of classes the losses of the outputs are parts of one; of other targets, several. */
const SUMMED: ReadonlySet<TrainingConfig['loss']> = new Set(['categorical_focal_crossentropy']);

/**
 * The losses of Keras: over the outputs of the softmax that the model ends in, from its logits. `sparse_categorical_crossentropy`: −Σ t log p with the
 * target t, which with label smoothing s is (1 − s) t + s / classes (Keras CategoricalCrossentropy).
 * `categorical_focal_crossentropy`, `binary_focal_crossentropy`: Keras's losses of these names (Lin et al. 2017, "Focal loss for dense object detection").
 * `mean_squared_error`: the mean over the classes of (p − t)², p being the model's outputs, whatever its last activation. `mean_absolute_error`, `huber` (delta 1) and `binary_crossentropy` likewise, of one output as a rule. An example's weight is that of its class; of a soft label,
 * the mean over its shares.
 */
export function createLoss(
  { loss: given, label_smoothing: smoothing, focal }: Pick<TrainingConfig, 'loss' | 'label_smoothing' | 'focal'>,
  { runtime, outputs, toOutputs, endsInSoftmax = true, weights, labelWeights }: LossParts,
): Loss {
  const loss = lossOfRows(given);
  const outputsOf = (logits: tf.Tensor): tf.Tensor => (endsInSoftmax ? tf.softmax(logits) : logits);
  const unweighted: Loss =
    loss === 'sparse_categorical_crossentropy'
      ? (logits, labels) => {
          const targets = smoothing === 0 ? labels : toOutputs(labels, outputs, smoothing);
          return runtime.softmaxCrossEntropy(targets, logits);
        }
      : (logits, labels) => {
          const of = ELEMENTS[loss](outputsOf(logits), toOutputs(labels, outputs, smoothing), focal ?? KERAS_FOCAL);
          const weighed = labelWeights ? tf.mul(of, elementWeights(labels, labelWeights)) : of;
          return SUMMED.has(loss) ? tf.sum(weighed, 1) : tf.mean(weighed, 1);
        };
  if (!weights) return unweighted;
  return (logits, labels) => tf.mul(unweighted(logits, labels), exampleWeights(labels, weights));
}

const KERAS_FOCAL: Focal = { gamma: 2, alpha: null };

function elementWeights(labels: tf.Tensor, { applies, not }: LabelWeights): tf.Tensor {
  return tf.add(tf.mul(labels, tf.tensor1d([...applies])), tf.mul(tf.sub(1, labels), tf.tensor1d([...not])));
}

function exampleWeights(labels: tf.Tensor, weights: readonly number[]): tf.Tensor {
  const ofClass = tf.tensor1d([...weights]);
  if (labels.dtype === 'int32') return tf.gather(ofClass, labels);
  return tf.sum(tf.mul(labels, ofClass), 1);
}
