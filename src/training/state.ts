import type { EarlyStoppingState } from './early-stopping.js';
import type { PlateauState } from './schedules.js';

/**
 * Where a training stands between two steps: with the values of its variables, all that resuming from there to the bit
 * needs. The order of the examples, the learning rates and the random draws of a step follow from the seed and the step.
 */
export interface TrainingState {
  /** Epochs that are over: trained, validated, decided upon. */
  epochs: number;
  /** Steps done of the epoch that follows them. */
  step: number;
  /** Sums over the examples of that epoch so far; float32. */
  lossSum: number;
  /** Of the metric that is told meanwhile: `TargetKind.progressMetric`. */
  score: number;
  /** In that epoch so far, of training alone. */
  epochSeconds: number;
  /** Trained on in the epochs that are over. */
  samples: number;
  seconds: number;
  /** Of the last epoch that is over. */
  metrics: Record<string, number>;
  /** Of the epoch whose weights count as the best so far. */
  best: BestEpoch | null;
  /** The epochs are done, or early stopping has decided. */
  stopped: boolean;
  earlyStopping: EarlyStoppingState | null;
  schedule: PlateauState | null;
  /** The epoch whose weights early stopping keeps. */
  keptEpoch: number | null;
}

/** The epoch of the lowest `val_loss`, without validation of the lowest `train_loss`. */
export interface BestEpoch {
  epoch: number;
  metrics: Record<string, number>;
}

export function initialState(): TrainingState {
  return {
    ...{ epochs: 0, step: 0, lossSum: 0, score: 0, epochSeconds: 0, samples: 0, seconds: 0 },
    ...{ metrics: {}, best: null, stopped: false, earlyStopping: null, schedule: null, keptEpoch: null },
  };
}
