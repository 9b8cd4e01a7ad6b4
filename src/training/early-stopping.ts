import type { EarlyStoppingConfig } from '../config/schema/experiment.generated.js';
import { isImprovement, monitoredValue } from './monitor.js';

/** Decides after each epoch whether training continues (Keras EarlyStopping). */
export interface EarlyStopping {
  /**
   * @param epoch the one that ended, from 1
   * @param metrics of that epoch
   */
  afterEpoch(epoch: number, metrics: Readonly<Record<string, number>>): EarlyStoppingDecision;
  /** What an exact resume needs; plain values. */
  state(): EarlyStoppingState;
  restore(state: EarlyStoppingState): void;
}

export interface EarlyStoppingDecision {
  /** The weights are the best so far: those to keep for `restore_best_weights`. */
  improved: boolean;
  stop: boolean;
}

export interface EarlyStoppingState {
  /** Of the watched metric; null: none so far. */
  best: number | null;
  /** Epochs since. */
  wait: number;
}

/**
 * Stops when the metric hasn't improved by more than `min_delta` for `patience` epochs, never after the first epoch; the
 * first `start_from_epoch` epochs aren't watched.
 */
export function createEarlyStopping(config: EarlyStoppingConfig): EarlyStopping {
  let state: EarlyStoppingState = { best: null, wait: 0 };
  return {
    afterEpoch: (epoch, metrics) => {
      if (epoch <= config.start_from_epoch) return { improved: false, stop: false };
      const value = monitoredValue(config, metrics);
      const improved = isImprovement(config, value, state.best);
      state = improved ? { best: value, wait: 0 } : { ...state, wait: state.wait + 1 };
      return { improved, stop: !improved && state.wait >= config.patience && epoch > 1 };
    },
    state: () => state,
    restore: (saved) => {
      state = saved;
    },
  };
}
