import type { Experiment, TrainingConfig } from './config/experiment.js';
import type { Dataset, DatasetShape } from './data/dataset.js';
import { splitTrain } from './data/split.js';
import type { Calibration } from './job.js';
import { type LayerSummary, summarizeModel, total } from './model/shapes.js';
import { slotsPerWeight } from './training/slots.js';

/** What a run will be, known before it. */
export interface Plan {
  data: DatasetShape & { name: string; train: number; validation: number; test: number };
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
  /** Without a mapped data set. */
  total: number;
}

/** The plan of an experiment on its data; nothing is built. */
export function planRun({ dataset: data, model, training }: Experiment, dataset: Dataset): Plan {
  const { train, validation } = splitTrain(dataset.train.labels, { ...data, seed: training.seed });
  const { name, height, width, channels, classes } = dataset;
  const layers = summarizeModel(model, { ...dataset, classes: classes.length });
  const batchSize = Math.min(training.batch_size, train.length);
  return {
    data: {
      ...{ name, height, width, channels, classes },
      ...{ train: train.length, validation: validation.length, test: dataset.test.labels.length },
    },
    layers,
    parameters: total(layers, 'parameters'),
    trainableParameters: total(layers, 'trainableParameters'),
    flops: total(layers, 'flops'),
    slotsPerWeight: slotsPerWeight(training.optimizer),
    memory: memoryUse(layers, training, dataset, batchSize),
    batchSize,
    stepsPerEpoch: Math.ceil(train.length / batchSize),
    epochs: training.epochs,
    mayStopEarly: training.early_stopping !== null,
  };
}

/** Seconds from start to end of a run that goes through all its epochs. */
export function estimateSeconds({ data, epochs, batchSize }: Plan, calibration: Calibration): number {
  const { startSeconds, secondsPerStep, secondsPerEvaluatedImage } = calibration;
  const epoch = (data.train / batchSize) * secondsPerStep + data.validation * secondsPerEvaluatedImage;
  return startSeconds + epochs * epoch + data.test * secondsPerEvaluatedImage;
}

function memoryUse(
  layers: readonly LayerSummary[],
  { optimizer, early_stopping: stopping }: TrainingConfig,
  { height, width, channels, train, test }: Dataset,
  batchSize: number,
): MemoryUse {
  const weights = 4 * total(layers, 'parameters');
  const trained = 4 * total(layers, 'trainableParameters');
  const parts = {
    weights,
    optimizerSlots: slotsPerWeight(optimizer) * trained,
    gradients: trained,
    activations: batchSize * (4 * height * width * channels + total(layers, 'activationBytes')),
    bestWeights: stopping?.restore_best_weights ? weights : 0,
  };
  const bytes = [train, test].reduce((sum, { images, labels }) => sum + images.byteLength + labels.byteLength, 0);
  const isMapped = train.prefetch !== undefined;
  const needed = Object.values(parts).reduce((sum, part) => sum + part, isMapped ? 0 : bytes);
  return { ...parts, dataset: bytes, isMapped, total: needed };
}
