import type { Experiment } from '../config/schema/experiment.generated.js';
import type { SweepVariant } from '../config/variants/sweep.js';
import type { Summary } from '../tracking/run-store.js';

/** A variant with a seed: one run of a sweep. */
export interface Trial {
  variant: SweepVariant;
  seed: number;
  /** `kernel_size=3 pooling=max`: the variant, for people. */
  label: string;
}

export type TrialStatus = Summary['status'];

/** How a trial ended. */
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
export function trialKey(variant: number, seed: number): string {
  return `${variant}/${seed}`;
}

/** The complete configuration of a trial. */
export function trialConfig({ variant, seed }: Trial): Experiment {
  const config = variant.config();
  return { ...config, training: { ...config.training, seed } };
}
