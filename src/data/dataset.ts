import type { Bytes } from '../tensorflow/bytes.js';

/** Labelled images of one size, as they are on disk: whole numbers from 0 to 255. */
export interface ImageSet {
  /**
   * [count, height, width, channels], row-major ("NHWC", TensorFlow's order). Possibly memory-mapped: not to be written
   * into, and its address is valid only while the object is referenced.
   */
  images: Bytes;
  /** [count], each the index of a class. */
  labels: Int32Array;
  /** Has these images read from disk in the background, where they may not be in memory. */
  prefetch?: (indices: Int32Array) => void;
}

/** What the layers of a model need to know of a data set, and what can be known without reading its pixels. */
export interface DatasetShape {
  /** Pixels. */
  height: number;
  /** Pixels. */
  width: number;
  /** 1 for grayscale, 3 for RGB. */
  channels: number;
  /** The classes' names; a label is an index into them. */
  classes: string[];
}

/** A data set, read and checked. */
export interface Dataset extends DatasetShape {
  /** `dataset.name` of the experiment file. */
  name: string;
  /** SHA-256 of shapes, pixels and labels in hexadecimal, whatever files they came from (see `contentDigest`). */
  digest: string;
  /** Where it came from: a folder, files, a URL. */
  source: string;
  train: ImageSet;
  test: ImageSet;
}

/** How far a step that takes longer than a second has come. */
export interface DatasetProgress {
  step: 'download' | 'retry' | 'read' | 'decode';
  /** What is being worked on: a file's or a folder's name. */
  subject: string;
  done: number;
  total: number;
  unit: 'bytes' | 'images';
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
