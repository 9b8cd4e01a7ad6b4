/** What training says of itself while it is in progress: plain values, for whoever shows or records them. */
export type TrainingEvent = CompiledEvent | ResumedEvent | UnfrozenEvent | ProgressEvent | EpochEvent;

/** The training step has been traced, and training begins. */
export interface CompiledEvent {
  type: 'compiled';
  seconds: number;
  /** Batches in an epoch; the last may be smaller. */
  stepsPerEpoch: number;
  epochs: number;
}

/** An earlier part of the training is restored, and it resumes there. */
export interface ResumedEvent {
  type: 'resumed';
  /** Where it continues, from 1. */
  epoch: number;
  /** Batches of that epoch that are done. */
  step: number;
}

/** Layers are trained from this epoch on that were frozen before. */
export interface UnfrozenEvent {
  type: 'unfrozen';
  /** From 1. */
  epoch: number;
  layers: string[];
}

/** Several times a second. */
export interface ProgressEvent {
  type: 'progress';
  /** From 1. */
  epoch: number;
  /** Batches done in this epoch. */
  step: number;
  /** Means over this epoch so far. */
  loss: number;
  /** One of these, by the target. */
  accuracy?: number;
  mean_absolute_error?: number;
  dice?: number;
  /** Of training alone, over this epoch so far. */
  samplesPerSecond: number;
}

/** An epoch has ended and been validated. */
export interface EpochEvent {
  type: 'epoch';
  /** From 1. */
  epoch: number;
  /** Batches done since the run began. */
  step: number;
  /** `train_loss`, `train_accuracy`, `val_loss`, `val_accuracy`, `learning_rate`, … */
  metrics: Record<string, number>;
  samplesPerSecond: number;
}
