import type { Experiment } from '../config/schema/experiment.generated.js';
import type { JsonCell } from '../data/columns/single-values.js';
import type { ColumnValues, TargetValues } from '../data/dataset.js';
import type { Cell, TableFormat } from '../data/tables/table.js';
import type { TableModel } from './table-model.js';
import type { TrainedModel } from './trained-model.js';

/** What a worker can be asked of a trained model; all plain values, which can be sent. */
export type InferenceTask = LoadTask | PredictTask | TestTask | ReferenceTask | RowsTask;

/** Loads the model and traces its programs, so that no later request waits for that. */
export interface LoadTask {
  type: 'load';
  model: TrainedModel;
  /** Of the batches to come. */
  largestBatch: number;
}

/** What the model runs on. */
export interface LoadedOn {
  device: string;
  version: string;
}

/** Images to classify. */
export interface PredictTask {
  type: 'predict';
  model: TrainedModel;
  /** 0 to 255: [count, height, width, channels] of the model. */
  images: Uint8Array;
}

/** What the model says of each image. */
export interface Predicted {
  /** Row-major [count, classes]: probabilities, if the model gives them. */
  values: Float32Array;
}

/** The experiment whose data are used: `LocatedExperiment` of `job.ts`, which imports this file. */
export interface DataSource {
  config: Experiment;
  /** The experiment file; relative paths in the configuration start at its folder. */
  source: string;
}

/** A test set to score, in addition distorted if wanted. */
export interface TestTask {
  type: 'test';
  model: TrainedModel;
  /** Whose test images are scored. */
  experiment: DataSource;
  robustness: RobustnessRequest | null;
}

export interface RobustnessRequest {
  /** How many test images are distorted, from the first on. */
  images: number;
  /** Of the distortions' draws. */
  seed: number;
}

export interface TestedModel {
  /** Of the dataset, to tell whether two models were tested on the same images. */
  digest: string;
  /** [count] */
  labels: Int32Array;
  /** Row-major [count, classes]: probabilities, if the model gives them. */
  values: Float32Array;
  /** [count], the classes with the greatest values. */
  predictions: Int32Array;
  /** [count], relative to the dataset's folder, where each image is a file. */
  files?: readonly string[];
  /** Likewise where each is a text: of those that are taken for another class. */
  texts?: Readonly<Record<number, string>>;
  robustness: CorruptedScore[];
}

/** How many of the images, so distorted, are still classified right. */
export interface CorruptedScore {
  corruption: string;
  /** From 1, weak, to 5. */
  severity: number;
  /** In the corruption's own unit. */
  strength: number;
  /** What that unit is: `pixels`, `degrees`. */
  unit: string;
  correct: number;
  images: number;
}

/** Asks for what later inputs are compared with, to notice drift. */
export interface ReferenceTask {
  type: 'reference';
  model: TrainedModel;
  experiment: DataSource;
  /** At most this many images are looked at. */
  images: number;
  /** At most this many of them are given, each of another class. */
  samples: number;
}

/** The model's own data, for what is asked of it later. */
export interface OwnData {
  reference: Reference;
  samples: Sample[];
}

/** An image that the model wasn't fitted to, where there is one. */
export interface Sample {
  class: string;
  png: Uint8Array;
}

/** What the model's own data look like: one value an image, each array [count]. */
export interface Reference {
  /** Mean over the pixels, 0 to 1. */
  brightness: Float32Array;
  /** Standard deviation over the pixels, 0 to 1. */
  contrast: Float32Array;
  /** The greatest value of a class: the probability, if the model gives them. */
  confidence: Float32Array;
  predictions: Int32Array;
  /** Which images of the dataset these are. */
  source: 'validation' | 'training';
}

/** What can be asked of a model of rows. */
export type RowsTask = LoadRowsTask | PredictRowsTask | TestRowsTask | ReferenceRowsTask | ImportanceTask;

/** Loads a model of rows, so that no later request waits for that. */
export interface LoadRowsTask {
  type: 'load-rows';
  model: TableModel;
}

/** Rows to predict. */
export interface PredictRowsTask {
  type: 'predict-rows';
  model: TableModel;
  /** A file of a table, absolute; the rows themselves; or of each of the model's inputs the values, as its kind reads them. */
  rows:
    | ({ file: string } & TableFormat)
    | { name: string; rows: readonly Readonly<Record<string, Cell>>[] }
    | { count: number; values: readonly ColumnValues[] };
}

export interface PredictedRows {
  count: number;
  /**
   * Row-major [count, outputs]: probabilities if the model gives them, numbers in the unit that they were trained in; of masks
   * the class of each pixel, [count, height, width].
   */
  outputs: Float32Array;
}

/** The test rows of an experiment, to be scored. */
export interface TestRowsTask {
  type: 'test-rows';
  model: TableModel;
  experiment: DataSource;
}

export interface TestedRows extends PredictedRows {
  /** Of the dataset. */
  digest: string;
  /** [count]: indices of classes, or numbers; [count, labels], 0 or 1; [count, columns], numbers; masks. */
  truth: TargetValues;
  /** Of rows of texts: row → the text, of those that are taken for another class. */
  texts?: Readonly<Record<number, string>>;
  /** Of masks: the images with the least Dice, the worst first. */
  worstImages?: readonly WorstImage[];
}

/** An image in which a mask is far off. */
export interface WorstImage {
  row: number;
  dice: number;
  /** uint8 [height, width, channels] */
  pixels: Uint8Array;
}

/** Asks for what later rows are compared with, to notice drift. */
export interface ReferenceRowsTask {
  type: 'reference-rows';
  model: TableModel;
  experiment: DataSource;
  /** At most this many rows are looked at. */
  rows: number;
  /** At most this many of them are given. */
  samples: number;
}

/** The model's own data, for what is asked of it later. */
export interface OwnRows {
  reference: RowsReference;
  samples: RowSample[];
}

/** What the model's own rows look like. */
export interface RowsReference {
  /** Which rows of the dataset these are. */
  source: 'validation' | 'training';
  count: number;
  /** Of each quantity that `watchedOf` names the values, [count]; NaN where a row has none. */
  values: Float32Array[];
}

/** A row that the model wasn't fitted to, where there is one. */
export interface RowSample {
  /** What is true of it, in words. */
  truth: string;
  row: Record<string, JsonCell>;
}

/** Asks how much each input matters to a model, by the test rows of an experiment. */
export interface ImportanceTask {
  type: 'importance';
  model: TableModel;
  experiment: DataSource;
  /** How often each column is shuffled. */
  repeats: number;
  /** Of the shuffles. */
  seed: number;
}

/**
 * Permutation importance (Breiman 2001): by how much a score gets worse where the values of a column are shuffled among the
 * rows.
 */
export interface Importance {
  /** `accuracy`; of masks `dice`; of labels `mean_average_precision`; of a number `mean_absolute_error`, of several `r2_score`. */
  metric: string;
  /** Of the rows as they are. */
  score: number;
  rows: number;
  /** How much worse each shuffle made it: [repeats]; the column that matters most first. */
  columns: { name: string; worse: number[] }[];
}

/** What comes of each task. */
export interface InferenceAnswers {
  load: LoadedOn;
  predict: Predicted;
  test: TestedModel;
  reference: OwnData;
  'load-rows': LoadedOn;
  'reference-rows': OwnRows;
  'predict-rows': PredictedRows;
  'test-rows': TestedRows;
  importance: Importance;
}
