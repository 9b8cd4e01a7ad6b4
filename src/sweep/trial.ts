import type { Experiment } from '../config/experiment.js';
import type { Cell } from '../config/sweep.js';
import type { Summary } from '../tracking/run-store.js';

/** A variant with a seed: one run of a sweep. */
export interface Trial {
  cell: Cell;
  seed: number;
  /** `kernel_size=3 pooling=max`: the variant, for people. */
  label: string;
}

export type TrialStatus = Summary['status'];

/** What became of a trial. */
export interface TrialEnd {
  /** The run's id. */
  run: string;
  status: TrialStatus;
  /** Of the sweep's metric; null unless the trial has finished with a number. */
  value: number | null;
  seconds: number;
  error: string | null;
  /** Whether an earlier run had done it. */
  reused: boolean;
}

/** Identifies a trial within its sweep. */
export function trialKey(cell: number, seed: number): string {
  return `${cell}/${seed}`;
}

/** The complete configuration of a trial. */
export function trialConfig({ cell, seed }: Trial): Experiment {
  const config = cell.config();
  return { ...config, training: { ...config.training, seed } };
}

/** Whether a trial is over for good; one that was killed is gone on with. */
export function isOver(status: TrialStatus): boolean {
  return status !== 'KILLED';
}
