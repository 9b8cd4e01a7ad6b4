import * as tf from '@tensorflow/tfjs';
import type { Experiment, TrainingConfig } from './config/experiment.js';
import { createAugmentation } from './data/augmentation.js';
import type { Dataset, ImageSet } from './data/dataset.js';
import { normalizationStatistics } from './data/normalization.js';
import { splitTrain } from './data/split.js';
import { UserError } from './errors.js';
import { type BuiltModel, buildModel } from './model/build.js';
import { summarizeModel, total } from './model/shapes.js';
import { pacesOf, trainingStages, withAllUnfrozen } from './run-stages.js';
import type { Precision } from './tensorflow/mixed-precision.js';
import type { Runtime, Variable } from './tensorflow/runtime.js';
import { StepRandom } from './tensorflow/step-random.js';
import { classWeights } from './training/class-weights.js';
import { type EvaluationParts, Evaluator } from './training/evaluation.js';
import { createLoss } from './training/losses.js';
import { createOptimizer } from './training/optimizers.js';
import { Pruning } from './training/pruning.js';
import type { StepParts, TrainingStage } from './training/step.js';
import type { Training } from './training/trainer.js';

/** Everything that a run trains with: the split data, the model, its variables, the optimizer. */
export interface RunSetup {
  dataset: Dataset;
  built: BuiltModel;
  parts: StepParts;
  /** Scores the model on the training data's images. */
  evaluator: Evaluator;
  /** By their first epochs; the first begins with the training. */
  stages: TrainingStage[];
  /** Indices into `dataset.train`. */
  train: Int32Array;
  validation: Int32Array;
  /** Weights of the model, counted one by one. */
  parameters: number;
  /** Of the forward pass of one image. */
  flops: number;
  dispose: () => void;
}

/** Turns a configuration and its data into what is trained; nothing is trained yet. */
export function setUpRun(
  { dataset: data, augmentation, model, training }: Experiment,
  dataset: Dataset,
  runtime: Runtime,
): RunSetup {
  const { seed } = training;
  requirePrecision(training.precision, runtime);
  const classes = dataset.classes.length;
  const { train, validation } = splitTrain(dataset.train.labels, { ...data, seed });
  const random = new StepRandom(runtime);
  const augment = createAugmentation(augmentation, { random, runtime, classes });
  const shape = { ...dataset, classes };
  const built = buildModel(withAllUnfrozen(model, training), shape, { seed, random });
  const { endsInSoftmax } = built;
  const weights = built.logits.weights.map((weight) => runtime.variable(weight.name, weight.read()));
  const trainable = built.logits.trainableWeights.map((weight) => built.logits.weights.indexOf(weight));
  const trained = trainable.map((index) => weights[index]);
  const stages = trainingStages({ model, training, shape }, built.logits, trainable);
  const stepsPerEpoch = Math.ceil(train.length / training.batch_size);
  const paces = pacesOf(training, { logits: built.logits, trainable, stages, stepsPerEpoch });
  const parts = {
    runtime,
    logits: built.logits,
    endsInSoftmax,
    weights,
    trainable,
    optimizer: createOptimizer(training.optimizer, trained, runtime, paces),
    pruning: training.pruning ? new Pruning(training.pruning, kernelsOf(trained), runtime) : undefined,
    ...losses(training, dataset, train, { runtime, endsInSoftmax }),
    precision: training.precision,
    random,
    augment,
    normalization: normalizationStatistics(dataset, train, data.normalization),
    ...makeResident(dataset.train, dataset, runtime),
  };
  const evaluator = new Evaluator(parts);
  const dispose = (): void => {
    evaluator.dispose();
    disposeAll(parts, built);
  };
  const layers = summarizeModel(model, shape);
  const sizes = { parameters: total(layers, 'parameters'), flops: total(layers, 'flops') };
  return { dataset, built, parts, evaluator, stages, train, validation, ...sizes, dispose };
}

/** In training examples weigh as much as their class does; in an evaluation all weigh the same. */
function losses(
  training: TrainingConfig,
  dataset: Dataset,
  train: Int32Array,
  model: Pick<StepParts, 'runtime' | 'endsInSoftmax'>,
): Pick<StepParts, 'loss' | 'evaluationLoss'> {
  const labels = train.map((index) => dataset.train.labels[index]);
  const weights = classWeights(training.class_weight, dataset.classes, labels);
  const options = { ...model, classes: dataset.classes.length };
  return { loss: createLoss(training, { ...options, weights }), evaluationLoss: createLoss(training, options) };
}

function requirePrecision(precision: Precision, { backend }: Runtime): void {
  if (precision === 'float32' || backend === 'tensorflow') return;
  throw new UserError(`the JavaScript engine computes in float32 only, not in ${precision}`, {
    code: 'precision-unsupported',
    hint: 'train with native TensorFlow (`ablate install`), or set training.precision=float32',
  });
}

/** What `train` takes of a run that is set up. */
export function trainingInputs({
  parts,
  stages,
  train,
  validation,
  dataset,
  evaluator,
}: RunSetup): Pick<Training, 'parts' | 'evaluator' | 'stages' | 'train' | 'validation' | 'labels'> {
  return { parts, evaluator, stages, train, validation, labels: dataset.train.labels };
}

/** What evaluates the model on the test data, with tensors of its own. */
export function testParts({ dataset, parts }: RunSetup): { parts: EvaluationParts; dispose: () => void } {
  const resident = makeResident(dataset.test, dataset, parts.runtime);
  return {
    parts: { ...parts, ...resident },
    dispose: () => {
      tf.dispose([resident.images, resident.labels]);
    },
  };
}

/** Gives the model's layers the trained values, so that it can be saved. */
export function writeBack({ built, parts }: RunSetup): void {
  tf.tidy(() => {
    built.logits.setWeights(parts.weights.map((variable) => variable.read()));
  });
}

function makeResident(
  { images, labels, prefetch }: ImageSet,
  dataset: Dataset,
  runtime: Runtime,
): Pick<StepParts, 'images' | 'labels' | 'prefetch'> {
  const shape = [labels.length, dataset.height, dataset.width, dataset.channels];
  const resident = { images: runtime.imageBytes(images, shape), labels: runtime.resident(labels) };
  // A GPU has a copy of its own.
  return runtime.device === 'CPU' ? { ...resident, prefetch } : resident;
}

/** What isn't a bias, nor of a normalization. */
function kernelsOf(weights: readonly Variable[]): Variable[] {
  return weights.filter(({ shape }) => shape.length > 1);
}

function disposeAll({ weights, optimizer, pruning, images, labels }: StepParts, built: BuiltModel): void {
  for (const variable of weights) variable.dispose();
  optimizer.dispose();
  pruning?.dispose();
  tf.dispose([images, labels]);
  built.model.dispose();
}
