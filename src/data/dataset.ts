import type { FileProblem } from '../text/errors.js';
import type { Bytes } from '../tensorflow/bytes.js';

/** A column of a dataset that a model is given: what can be known of it without reading its values. */
export interface InputColumn {
  name: string;
  /** By which its kind is found: see `columns/`. */
  type: string;
  /** Of one value as the model is given it: [height, width, channels] of an image, [length] of a text, [features] of what is a vector. */
  shape: readonly number[];
  /** Of a text whose words are numbered: how many different numbers there are, from 0, which is padding. */
  tokens?: number;
}

/** The column of a dataset that a model is to predict. */
export interface TargetColumn {
  name: string;
  /** By which its kind is found: see `columns/`. */
  type: string;
  /** The classes' names, of which a value is an index, or the labels'; none where the target is a number. */
  classes: readonly string[];
  /** Of several numbers, the names of their columns. */
  columns?: readonly string[];
  /** Of a mask: [height, width]. */
  shape?: readonly [number, number];
}

/**
 * The values of an input, row after row: bytes of images, [count, height, width, channels], row-major ("NHWC",
 * TensorFlow's order), possibly memory-mapped: not to be written into, and their address is valid only while the object is
 * referenced; or numbers.
 */
export type ColumnValues = Bytes | Int32Array | Float32Array;

/**
 * The values of a target, row after row: indices of classes, numbers in their own unit; of labels and of several numbers one
 * for each in every row, row-major [count, labels], 0 or 1 of labels; of masks a byte for each pixel, [count, height, width]:
 * the index of its class, or `IGNORED`; possibly memory-mapped, and not to be written into.
 */
export type TargetValues = Int32Array | Float64Array | Uint8Array;

/** Times of rows. */
export interface Times {
  /** [rows]: milliseconds since 1970 of dates; else numbers as they are written. */
  values: Float64Array;
  areDates: boolean;
}

/** Rows of a dataset: of each of its columns a value each. */
export interface Rows {
  count: number;
  /** Of each of the dataset's inputs, in their order. */
  inputs: readonly ColumnValues[];
  /** [count], or [count, labels] and the like: see `TargetValues`. */
  target: TargetValues;
  /** [count]: of each row its group (`dataset.split.group`), counted from 0. */
  groups?: Int32Array;
  /** [count]: of each row its time (`dataset.split.time`). */
  times?: Times;
  /** [count], relative to the dataset's folder; only of test rows, where each is a file. */
  files?: readonly string[];
  /** The texts of some of these rows, where they have such, read from disk once more. */
  texts?: (rows: readonly number[]) => Promise<string[]>;
  /** Has the values of these rows read from disk in the background, where they may not be in memory. */
  prefetch?: (indices: Int32Array) => void;
}

/** The columns of a dataset. */
export interface DatasetColumns {
  inputs: readonly InputColumn[];
  target: TargetColumn;
}

/** What can be known of a dataset without reading its pixels. */
export interface DatasetDescription extends DatasetColumns {
  /** Whether validation rows are given, so that none are drawn of the training rows. */
  hasValidation: boolean;
  /** Classes without a row, where the labels tell: EMNIST's letters are numbered from 1, and so have no class 0. */
  emptyClasses?: readonly string[];
  /** What a folder of images holds. */
  folder?: FolderAccount;
}

/** Which images of a folder are used for what, and what isn't used. */
export interface FolderAccount {
  /** Numbers of images; `validation` is 0 where none are given. */
  train: number;
  validation: number;
  test: number;
  /** Whether the test images were drawn, since none were given. */
  isTestDrawn: boolean;
  passedOver: readonly FileProblem[];
}

/** A dataset, read and checked. */
export interface Dataset extends DatasetColumns {
  /** `dataset.name` of the experiment file. */
  name: string;
  /** SHA-256 of columns and values in hexadecimal, whatever files they came from (see `contentDigest`). */
  digest: string;
  /** Where it came from: a folder, files, a URL. */
  source: string;
  /** Those that are trained on and those that validate. */
  train: Rows;
  test: Rows;
  /** How many rows at the end of `train` were given for validation; without any, they are drawn from `train`. */
  givenValidation?: number;
  /** Whether a fold of whole groups is tested, another in each run: read, all rows are in `train` (see `withTestedFold`). */
  isUndivided?: boolean;
}

/** How far a step that takes longer than a second has come. */
export interface DatasetProgress {
  step: 'download' | 'retry' | 'read' | 'decode';
  /** What is being worked on: a file's or a folder's name. */
  subject: string;
  done: number;
  total: number;
  unit: 'bytes' | 'images' | 'masks' | 'recordings' | 'rows';
}

/** What every long step takes from its caller. */
export interface TaskOptions {
  onProgress?: (progress: DatasetProgress) => void;
  /** Ends the work early, with the signal's reason as the error. */
  signal?: AbortSignal;
}

/** What the loaders need besides the experiment file's `dataset` section. */
export interface LoadOptions extends TaskOptions {
  /** The folder of the experiment file: relative paths in it start here. */
  baseDirectory: string;
  /** Read for ABLATE_CACHE (and the platform's cache folder) and ABLATE_DATASETS_URL; `process.env` if not given. */
  environment?: NodeJS.ProcessEnv;
}
