import * as tf from '@tensorflow/tfjs';
import type { AugmentedInput } from '../data/augmentation.js';
import type { Rows } from '../data/dataset.js';
import type { FittedInput, FittedTarget, TensorColumns } from '../data/fitted.js';
import { gatherInputs, prepareInputs } from '../data/inputs.js';
import { gatherTarget, progressOf } from '../data/target.js';
import { regularizationPenalty } from '../model/regularizers.js';
import { type WeightAccess, withWeights } from '../model/weights.js';
import type { Precision } from '../tensorflow/precision.js';
import type { Loop, Runtime, TensorSpec, Variable } from '../tensorflow/runtime.js';
import type { StepRandom } from '../tensorflow/step-random.js';
import type { GradientClipping } from './gradient-clipping.js';
import type { Loss } from './losses.js';
import type { Gradient, Optimizer } from './optimizers.js';
import type { Pruning } from './pruning.js';
import { RowGradients } from './row-gradients.js';

/** Everything that a training step is made of. */
export interface StepParts {
  runtime: Runtime;
  /** The model up to its logits, and a variable for each of its weights, in the order of `model.weights`. */
  logits: tf.LayersModel;
  /** Whether its logits are to become probabilities by a softmax, or are the outputs themselves. */
  endsInSoftmax: boolean;
  weights: Variable[];
  /** Which of the weights are trained, at one time or another: indices into `weights`, in the optimizer's order. */
  trainable: number[];
  /** Of these, the tables of which few rows are read in a step, and only by `rowsOf`. */
  tables: ReadonlySet<Variable>;
  optimizer: Optimizer;
  pruning?: Pruning;
  /** In training: examples weigh as much as their class does. */
  loss: Loss;
  /** In validation and tests: all examples weigh the same. */
  evaluationLoss: Loss;
  /** Of the model; the loss and the weights are float32. */
  precision: Precision;
  random: StepRandom;
  /** What is changed at random: see `augmentedInputs`. */
  augmented: readonly AugmentedInput[];
  /** What the model is given, and as which of its tensors. */
  inputs: readonly FittedInput[];
  tensors: TensorColumns;
  /** The whole training data, resident in the engine: the inputs' values in their order, and the target's, [count]. */
  resident: readonly tf.Tensor[];
  labels: tf.Tensor;
  target: FittedTarget;
  /** See `Rows`. */
  prefetch?: Rows['prefetch'];
}

/** Epochs in which the same weights are trained. */
export interface TrainingStage {
  /** From 1. */
  firstEpoch: number;
  /** The layers that are frozen: they infer, as batch normalization then does by its averages. */
  frozen: ReadonlySet<tf.layers.Layer>;
  /** The weights that are trained: a part of `StepParts.trainable`. */
  trainable: number[];
  clip?: GradientClipping;
  /** The layers that are trained and weren't before; none in the first stage. */
  unfrozen: string[];
}

/** The state that a training loop hands from step to step, and back to JavaScript. */
export interface LoopState {
  /** The examples of the epoch in their order: int32 [examples]. */
  order: tf.Tensor;
  /** The learning rate of each step of the epoch: float32 [steps]. */
  learningRates: tf.Tensor;
  /** Seeds of the random streams: int32 [streams]. */
  seeds: tf.Tensor;
  /** Steps of the run before this epoch: int32 scalar. */
  firstStep: tf.Tensor;
  /** Sums over the examples of the epoch so far: float32 scalars. */
  lossSum: tf.Tensor;
  score: tf.Tensor;
}

const STATE_KEYS = ['order', 'learningRates', 'seeds', 'firstStep', 'lossSum', 'score'] as const;

export const toTensors = (state: LoopState): tf.Tensor[] => STATE_KEYS.map((key) => state[key]);
export const toState = (tensors: tf.Tensor[]): LoopState =>
  Object.fromEntries(STATE_KEYS.map((key, index) => [key, tensors[index]])) as unknown as LoopState;

/**
 * Traces the training step: gather a batch, augment and normalize it, run the model forward, differentiate, update the
 * weights, add up the metrics. Step s of an epoch takes the examples order[s × stride, s × stride + batchSize).
 * @param stage which weights it trains
 * @param sizes.batchSize examples in the step, `stride` in an ordinary one, fewer in the last
 */
export function compileTrainingLoop(
  parts: StepParts,
  stage: TrainingStage,
  sizes: { batchSize: number; stride: number; examples: number; steps: number },
): Loop {
  const specs: TensorSpec[] = [
    { shape: [sizes.examples], dtype: 'int32' },
    { shape: [sizes.steps], dtype: 'float32' },
    { shape: [parts.random.seeds({ augmentation: 0, dropout: 0 }).length], dtype: 'int32' },
    { shape: [], dtype: 'int32' },
    { shape: [], dtype: 'float32' },
    { shape: [], dtype: 'float32' },
  ];
  const body = (step: tf.Tensor, tensors: tf.Tensor[]): tf.Tensor[] => {
    const state = toState(tensors);
    const iteration = tf.add(state.firstStep, step);
    return parts.random.during(state.seeds, iteration, () => {
      const indices = sliceAt(state.order, tf.mul(step, tf.scalar(sizes.stride, 'int32')), sizes.batchSize);
      const learningRate = tf.reshape(sliceAt(state.learningRates, step, 1), []);
      const { loss, score } = trainOnBatch(parts, stage, { indices, learningRate, iteration });
      const lossSum = tf.add(state.lossSum, tf.mul(loss, sizes.batchSize));
      return toTensors({ ...state, lossSum, score: tf.add(state.score, score) });
    });
  };
  return parts.runtime.compileLoop(`training_step_${sizes.batchSize}`, specs, body, parts.precision);
}

function trainOnBatch(
  parts: StepParts,
  { trainable, frozen, clip }: TrainingStage,
  { indices, learningRate, iteration }: Record<'indices' | 'learningRate' | 'iteration', tf.Tensor>,
): BatchResult {
  const { runtime, weights, optimizer } = parts;
  const labels = gatherTarget(parts.target, parts.labels, indices, runtime);
  const raw = gatherInputs(parts.inputs, parts.resident, indices, runtime);
  const { values: changed, targets, mask } = augment(parts, raw, labels);
  const prepared = prepareInputs(parts.inputs, changed, parts.tensors);
  const inputs = mask ? prepared.map(mask) : prepared;
  const rows = new RowGradients(runtime);
  // A table's gradient passes through a number in its place, since that of the whole is never made.
  const values = weights.map((weight) => (parts.tables.has(weight) ? tf.scalar(0) : weight.read()));
  let logits: tf.Tensor | undefined;
  const { value, grads } = tf.valueAndGrads((...trained: tf.Tensor[]) => {
    const read = (index: number): tf.Tensor => {
      const position = trainable.indexOf(index);
      return position < 0 ? values[index] : trained[position];
    };
    return withWeights(parts.logits, accessOf(parts, read, rows), () =>
      whileFrozen(frozen, () => {
        logits = tf.keep(parts.logits.apply(inputs, { training: true }) as tf.Tensor);
        const penalty = regularizationPenalty(parts.logits);
        const loss = tf.mean(parts.loss(logits, targets));
        return (penalty ? tf.add(loss, penalty) : loss) as tf.Scalar;
      }),
    );
  })(trainable.map((index) => values[index]));
  const clipped = clip ? clip(grads) : grads;
  const gradientOf = new Map<number, Gradient>(
    trainable.map((index, position) => [index, rows.of(weights[index]) ?? clipped[position]]),
  );
  optimizer.apply(
    parts.trainable.map((index) => gradientOf.get(index)),
    learningRate,
    iteration,
  );
  rows.dispose();
  parts.pruning?.apply();
  if (!logits) throw new Error('internal: the model was not applied');
  // Of mixed images the classes are asked that they had; masks move with theirs.
  const score = progressOf(parts.target, logits, targets.dtype === 'int32' ? targets : labels);
  logits.dispose();
  return { loss: value, score };
}

/** A batch's inputs and targets, those changed that are to be; of recordings what hides parts of them, once prepared. */
function augment(
  { augmented }: StepParts,
  values: tf.Tensor[],
  targets: tf.Tensor,
): { values: tf.Tensor[]; targets: tf.Tensor; mask?: (prepared: tf.Tensor) => tf.Tensor } {
  let batch: ReturnType<typeof augment> = { values, targets };
  for (const { place, augment: change } of augmented) {
    const { images, labels, mask } = change(batch.values[place], batch.targets);
    batch = { values: batch.values.with(place, images), targets: labels, mask };
  }
  return batch;
}

/** The model's weights in a step. @param read what is differentiated in a weight's place */
function accessOf(
  { weights, tables }: StepParts,
  read: (index: number) => tf.Tensor,
  gradients: RowGradients,
): WeightAccess {
  return {
    read,
    write: (index, next) => {
      weights[index].assign(next);
    },
    rows: (index, indices) => {
      const weight = weights[index];
      return tables.has(weight) ? gradients.gather(weight, indices, read(index)) : tf.gather(read(index), indices);
    },
  };
}

interface BatchResult {
  loss: tf.Tensor;
  /** Of the metric that is told meanwhile: summed over the batch. */
  score: tf.Tensor;
}

/**
 * Runs `body` while these layers, which the model has as trained ones, are frozen. Meanwhile `model.weights` are in
 * another order: trained ones come first.
 */
function whileFrozen<T>(layers: ReadonlySet<tf.layers.Layer>, body: () => T): T {
  // A layer's setter sets its weights too, of which some may never be trained.
  const before = [...layers].flatMap(({ weights }) => weights.map((weight) => ({ weight, value: weight.trainable })));
  for (const layer of layers) layer.trainable = false;
  try {
    return body();
  } finally {
    for (const layer of layers) layer.trainable = true;
    for (const { weight, value } of before) weight.trainable = value;
  }
}

/** `size` elements of a vector from a position that is itself a tensor: a gather, since tf.slice takes numbers only. */
function sliceAt(vector: tf.Tensor, start: tf.Tensor, size: number): tf.Tensor {
  return tf.gather(vector, tf.add<tf.Tensor1D>(start, tf.range(0, size, 1, 'int32')));
}
