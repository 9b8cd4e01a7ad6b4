import * as tf from '@tensorflow/tfjs';
import type { Experiment, ModelConfig, TrainingConfig } from '../config/schema/experiment.generated.js';
import { createAugmentations } from '../data/augmentation.js';
import type { Dataset, Rows } from '../data/dataset.js';
import { fitInputs, residentInputs } from '../data/inputs.js';
import type { FittedTarget } from '../data/fitted.js';
import { fitTarget } from '../data/target.js';
import { targetKind } from '../data/columns/kinds.js';
import { modelShape } from '../data/model-shape.js';
import { pixelCounts } from '../data/masks/pixel-counts.js';
import { valuesOf } from '../data/rows.js';
import { splitDataset } from '../data/split.js';
import { UserError } from '../text/errors.js';
import { sourceSeeds } from '../random.js';
import { type BuiltModel, buildModel } from '../model/build.js';
import { inputTensors } from '../model/input-tensors.js';
import type { ModelShape } from '../model/graph.js';
import { summarizeModel, total } from '../model/shapes.js';
import { withAllUnfrozen } from '../config/unfrozen.js';
import { pacesOf, trainingStages } from './stages.js';
import { withUsedInputs } from './used-inputs.js';
import { requireValidation, withThreshold } from './thresholds.js';
import type { Precision } from '../tensorflow/precision.js';
import type { Runtime, Variable } from '../tensorflow/runtime.js';
import { StepRandom } from '../tensorflow/step-random.js';
import { classWeights, labelWeights, pixelWeights } from '../training/class-weights.js';
import { oversampled } from '../training/oversampling.js';
import { type EvaluationParts, Evaluator } from '../training/evaluation.js';
import { createLoss } from '../training/losses.js';
import { createMaskLoss } from '../training/mask-losses.js';
import { createOptimizer } from '../training/optimizers.js';
import { Pruning } from '../training/pruning.js';
import { tablesByRows } from '../training/row-gradients.js';
import type { StepParts, TrainingStage } from '../training/step.js';
import type { Training } from '../training/trainer.js';
import { ablate } from '../system/shell.js';
import { countSteps } from '../training/schedules.js';

/** Everything that a run trains with: the split data, the model, its variables, the optimizer. */
export interface RunSetup {
  /** With the inputs that the model takes. */
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
  given: Dataset,
  runtime: Runtime,
): RunSetup {
  const dataset = withUsedInputs(given, model);
  const seeds = sourceSeeds(training);
  requirePrecision(training.precision, runtime);
  const classes = dataset.target.classes.length;
  const { train: drawn, validation } = splitDataset(dataset, { ...data, seed: seeds.split });
  const train = oversampled(training, drawn, dataset.train.target);
  const target = withThreshold(fitTarget(dataset.target, dataset.train.target, drawn), training.threshold);
  requireValidation(training.threshold, validation.length);
  const random = new StepRandom(runtime);
  const augmented = createAugmentations(augmentation, { random, runtime, classes }, dataset);
  const shape = modelShape(dataset);
  const built = buildModel(withAllUnfrozen(model, training), shape, { seed: seeds.initialization, random });
  const { endsInSoftmax } = built;
  const weights = built.logits.weights.map((weight) => runtime.variable(weight.name, weight.read()));
  const trainable = built.logits.trainableWeights.map((weight) => built.logits.weights.indexOf(weight));
  const trained = trainable.map((index) => weights[index]);
  const tables = tablesByRows(built.logits, weights, training, runtime);
  const stages = trainingStages({ model, training, shape }, built.logits, trainable);
  const stepsPerEpoch = countSteps(train.length, training.batch_size);
  const paces = pacesOf(training, { logits: built.logits, trainable, stages, stepsPerEpoch });
  const parts = {
    runtime,
    logits: built.logits,
    endsInSoftmax,
    weights,
    trainable,
    tables,
    optimizer: createOptimizer(training.optimizer, trained, runtime, paces, tables),
    pruning: training.pruning ? new Pruning(training.pruning, kernelsOf(trained), runtime) : undefined,
    ...losses(training, dataset, train, { runtime, endsInSoftmax }),
    precision: training.precision,
    random,
    augmented,
    inputs: fitInputs(dataset, drawn),
    tensors: inputTensors(model.layers[0], dataset.inputs).map(({ columns }) => columns),
    target,
    ...makeResident(dataset.train, dataset, target, runtime),
  };
  const evaluator = new Evaluator(parts);
  const dispose = (): void => {
    evaluator.dispose();
    disposeAll(parts, built);
  };
  return { dataset, built, parts, evaluator, stages, train, validation, ...sizesOf(model, shape), dispose };
}

function sizesOf(model: ModelConfig, shape: ModelShape): Pick<RunSetup, 'parameters' | 'flops'> {
  const layers = summarizeModel(model, shape);
  return { parameters: total(layers, 'parameters'), flops: total(layers, 'flops') };
}

/** In training examples weigh as much as their class does; in an evaluation all weigh the same. */
function losses(
  training: TrainingConfig,
  dataset: Dataset,
  train: Int32Array,
  model: Pick<StepParts, 'runtime' | 'endsInSoftmax'>,
): Pick<StepParts, 'loss' | 'evaluationLoss'> {
  const { classes, type } = dataset.target;
  const kind = targetKind(type);
  const outputs = kind.outputs(dataset.target);
  if (type === 'mask') {
    const weights = pixelWeights(training.class_weight, classes, () => pixelCountsOf(dataset, train));
    const options = { ...model, outputs };
    return {
      loss: createMaskLoss(training, { ...options, weights }),
      evaluationLoss: createMaskLoss(training, options),
    };
  }
  const options = { ...model, outputs, toOutputs: kind.toOutputs.bind(kind) };
  const labels = valuesOf(labelsOf(dataset.train), train, dataset.train.target.length / dataset.train.count);
  const weighed =
    type === 'multi_label'
      ? { labelWeights: labelWeights(training.class_weight, classes, labels) }
      : { weights: classWeights(training.class_weight, classes, labels) };
  return { loss: createLoss(training, { ...options, ...weighed }), evaluationLoss: createLoss(training, options) };
}

/** How many pixels each class has in the masks trained on. */
function pixelCountsOf({ train, target: { classes } }: Dataset, rows: Int32Array): number[] {
  const size = train.target.length / train.count;
  const counted = pixelCounts(train.target as Uint8Array, rows, { classes, size }).classes;
  return classes.map((name) => counted[name]);
}

function requirePrecision(precision: Precision, { backend }: Runtime): void {
  if (precision === 'float32' || backend === 'tensorflow') return;
  throw new UserError(`the JavaScript engine computes in float32 only, not in ${precision}`, {
    code: 'precision-unsupported',
    hint: `train with native TensorFlow (\`${ablate('install')}\`), or set training.precision=float32`,
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
  return { parts, evaluator, stages, train, validation, labels: dataset.train.target };
}

/** What evaluates the model on the test data, with tensors of its own. */
export function testParts({ dataset, parts }: RunSetup): { parts: EvaluationParts; dispose: () => void } {
  const resident = makeResident(dataset.test, dataset, parts.target, parts.runtime);
  return {
    parts: { ...parts, ...resident },
    dispose: () => {
      tf.dispose([...resident.resident, resident.labels]);
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
  rows: Rows,
  { inputs }: Dataset,
  target: FittedTarget,
  runtime: Runtime,
): Pick<StepParts, 'resident' | 'labels' | 'prefetch'> {
  const { prefetch } = rows;
  const resident = {
    resident: residentInputs(inputs, rows, runtime),
    labels: targetKind(target.column.type).makeResident(rows.target, target, runtime),
  };
  // A GPU has a copy of its own.
  return runtime.device === 'CPU' ? { ...resident, prefetch } : resident;
}

/** The class of each row, of a target that has classes. */
export function labelsOf({ target }: Rows): Int32Array {
  return target as Int32Array;
}

/** What isn't a bias, nor of a normalization. */
function kernelsOf(weights: readonly Variable[]): Variable[] {
  return weights.filter(({ shape }) => shape.length > 1);
}

function disposeAll({ weights, optimizer, pruning, resident, labels }: StepParts, built: BuiltModel): void {
  for (const variable of weights) variable.dispose();
  optimizer.dispose();
  pruning?.dispose();
  tf.dispose([...resident, labels]);
  built.model.dispose();
}
