import type {
  DatasetConfig,
  Experiment,
  OptimizerConfig,
  TrainingConfig,
} from '../config/schema/experiment.generated.js';
import type { SweepVariant } from '../config/variants/sweep.js';
import type { Dataset, DatasetColumns, DatasetDescription } from '../data/dataset.js';
import { inputBytes } from '../data/rows.js';
import { modelShape } from '../data/model-shape.js';
import { splitDataset } from '../data/split.js';
import { sourceSeeds } from '../random.js';
import type { Calibration, LocatedExperiment } from '../protocol/job.js';
import { elementCount } from '../tensorflow/element-count.js';
import { type LayerSummary, summarizeModel, total } from '../model/shapes.js';
import { oversampled } from '../training/oversampling.js';
import { updateRule } from '../training/update-rules.js';
import { countSteps } from '../training/schedules.js';
import { withUsedInputs } from './used-inputs.js';

/** How many values of a column each part of the data has. */
export interface GroupCounts {
  column: string;
  train: number;
  validation: number;
  test: number;
}

/** What a run will be, known before it. */
export interface Plan {
  data: DatasetColumns & { name: string; train: number; validation: number; test: number; groups?: GroupCounts };
  layers: LayerSummary[];
  /** Sums over the layers. */
  parameters: number;
  trainableParameters: number;
  /** Of the forward pass of one image: see `LayerSummary`. */
  flops: number;
  slotsPerWeight: number;
  memory: MemoryUse;
  batchSize: number;
  stepsPerEpoch: number;
  epochs: number;
  /** Whether early stopping may end it before its epochs. */
  mayStopEarly: boolean;
}

/** A plan, and how fast its steps are, if that was measured. */
export interface PlannedExperiment {
  /** As the user named it. */
  file: string;
  experiment: LocatedExperiment;
  plan: Plan;
  /** Variants of its sweep, if it has one: the plan is that of the experiment without it. */
  variants?: readonly SweepVariant[];
  calibration?: Calibration;
  /** What a folder of images holds. */
  data: DatasetDescription;
}

/** Bytes that training holds; TensorFlow itself, and what an op needs while it runs, come on top. */
export interface MemoryUse {
  weights: number;
  optimizerSlots: number;
  gradients: number;
  /** The outputs of all layers for a batch, and the batch itself: what the backward pass looks back at. */
  activations: number;
  /** A copy of the best weights, if early stopping is to restore them. */
  bestWeights: number;
  /** The images as bytes and their labels, training and test. */
  dataset: number;
  /** Whether the images stay in a file that is mapped, which needs memory only as there is some. */
  isMapped: boolean;
  /** Without a mapped dataset. */
  total: number;
}

/** The plan of an experiment on its data; nothing is built. */
export function planRun({ dataset: data, model, training }: Experiment, given: Dataset): Plan {
  const dataset = withUsedInputs(given, model);
  const { train, validation } = splitDataset(dataset, { ...data, seed: sourceSeeds(training).split });
  const { name, inputs, target } = dataset;
  const layers = summarizeModel(model, modelShape(dataset));
  const examples = oversampled(training, train, dataset.train.target).length;
  const batchSize = Math.min(training.batch_size, examples);
  return {
    data: {
      ...{ name, inputs, target },
      ...{ train: train.length, validation: validation.length, test: dataset.test.count },
      ...groupsOf(data, dataset, { train, validation }),
    },
    layers,
    parameters: total(layers, 'parameters'),
    trainableParameters: total(layers, 'trainableParameters'),
    flops: total(layers, 'flops'),
    slotsPerWeight: slotsPerWeight(training.optimizer),
    memory: memoryUse(layers, training, dataset, batchSize),
    batchSize,
    stepsPerEpoch: countSteps(examples, batchSize),
    epochs: training.epochs,
    mayStopEarly: training.early_stopping !== null,
  };
}

/** How many groups each part has, where rows are divided by them. */
function groupsOf(
  config: DatasetConfig,
  { train, test }: Dataset,
  split: { train: Int32Array; validation: Int32Array },
): { groups?: GroupCounts } {
  const column = config.split && 'group' in config.split ? config.split.group : null;
  if (column === null || !train.groups || !test.groups) return {};
  const { groups } = train;
  const count = (rows: Int32Array): number => new Set(rows.map((row) => groups[row])).size;
  const counts = { train: count(split.train), validation: count(split.validation), test: new Set(test.groups).size };
  return { groups: { column, ...counts } };
}

/** Seconds from start to end of a run that goes through all its epochs. */
export function estimateSeconds({ data, epochs, batchSize }: Plan, calibration: Calibration): number {
  const { startSeconds, secondsPerStep, secondsPerEvaluatedImage } = calibration;
  const epoch = (data.train / batchSize) * secondsPerStep + data.validation * secondsPerEvaluatedImage;
  return startSeconds + epochs * epoch + data.test * secondsPerEvaluatedImage;
}

/** How many values an optimizer keeps of each weight that it trains. */
const slotsPerWeight = (config: OptimizerConfig): number => Object.keys(updateRule(config).slots).length;

/** Numbers that a model is given of a row. */
function inputElements({ inputs }: DatasetColumns): number {
  return inputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

function memoryUse(
  layers: readonly LayerSummary[],
  { optimizer, early_stopping: stopping }: TrainingConfig,
  dataset: Dataset,
  batchSize: number,
): MemoryUse {
  const { train, test } = dataset;
  const weights = 4 * total(layers, 'parameters');
  const trained = 4 * total(layers, 'trainableParameters');
  const parts = {
    weights,
    optimizerSlots: slotsPerWeight(optimizer) * trained,
    gradients: trained,
    activations: batchSize * (4 * inputElements(dataset) + total(layers, 'activationBytes')),
    bestWeights: stopping?.restore_best_weights ? weights : 0,
  };
  const bytes = [train, test].reduce((sum, rows) => sum + inputBytes(rows) + rows.target.byteLength, 0);
  const isMapped = train.prefetch !== undefined;
  const needed = Object.values(parts).reduce((sum, part) => sum + part, isMapped ? 0 : bytes);
  return { ...parts, dataset: bytes, isMapped, total: needed };
}
