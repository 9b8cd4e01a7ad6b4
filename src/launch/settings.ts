import type { EngineSettings } from './engine.js';

/** Where trials are trained, and with what. */
export interface PlaceSettings extends EngineSettings {
  /** Absolute. */
  runsDirectory: string;
  /** The address of a Redis queue that trials go by. */
  queue?: string;
  /** `slurm`: each trial is a job of the cluster; `local` unless given. */
  launcher?: 'local' | 'slurm';
  /** Of these trials on the queue, from −1000 to 1000: the highest begin first; 0 unless given. */
  priority?: number;
}

/** What runs and sweeps are trained with, beside their experiments. */
export interface TrainingSettings extends PlaceSettings {
  /** Longest time between two checkpoints, in seconds. */
  checkpointSeconds?: number;
  /** Trials side by side; by the machine unless given. */
  jobs?: number;
  /** Whether to leave finished runs aside and train everything. */
  force?: boolean;
  /** Whether trials that diverged are trained again. */
  rerunFailed?: boolean;
  /** Whether the first trial that fails ends the sweep. */
  failFast?: boolean;
  /** What the user called, with which overrides; undefined where a sweep is resumed. */
  command?: { name: string; overrides: string[] };
}

/** The least and the most that a whole number may be. */
export type Bounds = readonly [least: number, most: number];

/** Of what a user may ask for, on the command line or of the API. */
export const BOUNDS = { threads: [1, 127], jobs: [1, 1024], priority: [-1000, 1000] } as const satisfies Record<
  string,
  Bounds
>;

/** What may compute, and what may hand out trials. */
export const BACKENDS = ['tensorflow', 'cpu'] as const;
export const LAUNCHERS = ['local', 'slurm'] as const;

export function isWholeIn(value: number, [least, most]: Bounds): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** In words: `a whole number from 1 to 127`. */
export function wholeIn([least, most]: Bounds): string {
  return `a whole number from ${least} to ${most}`;
}
