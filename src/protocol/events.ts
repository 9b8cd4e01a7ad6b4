import type { TrainingEvent } from '../training/events.js';

/** What a run tells whoever watches it: the events of its training, and of what lies before and after. */
export type RunProgress =
  | TrainingEvent
  | CreatedEvent
  | DataProgressEvent
  | DataEvent
  | InitializedEvent
  | PrunedEvent
  | VectorsEvent
  | WarningEvent
  | TestedEvent;

/** The run's directory is there, new or that of the run resumed, and its journal can be followed. */
export interface CreatedEvent {
  type: 'created';
  id: string;
  /** The run's directory, absolute. */
  path: string;
}

/** The dataset is being downloaded or decoded. */
export interface DataProgressEvent {
  type: 'data-progress';
  step: string;
  subject: string;
  done: number;
  total: number;
  unit: string;
}

/** The data are read and split, the model is built, the engine runs. */
export interface DataEvent {
  type: 'ready';
  dataset: string;
  train: number;
  validation: number;
  test: number;
  /** Weights of the model. */
  parameters: number;
  device: string;
  version: string;
}

/** Weights of another model are what training starts from. */
export interface InitializedEvent {
  type: 'initialized';
  /** The run or the folder of that model. */
  from: string;
  /** The layers whose weights were taken, and those with weights that keep their own first ones. */
  taken: string[];
  fresh: string[];
}

/** The smallest weights of the trained kernels are zero from now on. */
export interface PrunedEvent {
  type: 'pruned';
  pruned: number;
  /** Of all trained kernels. */
  weights: number;
}

/** Words of an embedding have begun with the vectors of a file. */
export interface VectorsEvent {
  type: 'vectors';
  layer: string;
  file: string;
  /** Of the vocabulary. */
  words: number;
  /** Of these, those that have a vector. */
  known: number;
}

/** Something is amiss and the run continues all the same. */
export interface WarningEvent {
  type: 'warning';
  message: string;
}

/** The test set is scored. */
export interface TestedEvent {
  type: 'tested';
  /** `test_loss`, `test_accuracy`, … */
  metrics: Record<string, number>;
}
