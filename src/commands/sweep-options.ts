import type { Command } from 'commander';
import type { LoadedExperiment } from '../config/load.js';
import { UserError } from '../errors.js';
import { wholeNumber } from './engine.js';
import { addPlaceOptions, type PlaceOptions } from './place-options.js';
import { type TrainingOptions, checkpointSeconds } from './training-options.js';

/** What the user says of running a sweep beside its experiment file. */
export interface SweepOptions extends TrainingOptions, PlaceOptions {
  jobs?: string;
  force?: true;
  rerunFailed?: true;
  failFast?: true;
}

/** The same, read. */
export interface SweepSettings {
  /** Trials side by side; undefined to choose by the machine. */
  jobs: number | undefined;
  /** Of each worker. */
  threads: number | undefined;
  checkpointSeconds: number | undefined;
  /** Whether to leave finished runs aside and train everything. */
  force: boolean;
  rerunFailed: boolean;
  failFast: boolean;
  /** What the user called, with which overrides; undefined where a sweep is gone on with. */
  command: { name: string; overrides: string[] } | undefined;
}

const MOST_JOBS = 1024;

/** Adds what commands take that run sweeps. */
export function addSweepOptions(command: Command): void {
  command
    .option('--jobs <n>', 'trials of a sweep side by side (default: by cores, GPUs, memory)')
    .option('--rerun-failed', 'train the trials that diverged again, too')
    .option('--fail-fast', 'end a sweep at the first trial that fails, its retries included');
  addPlaceOptions(command);
}

/** @throws UserError `bad-usage` */
export function readSweepOptions(options: SweepOptions, command: SweepSettings['command']): SweepSettings {
  const { jobs, threads, force, rerunFailed, failFast } = options;
  return {
    jobs: jobs === undefined ? undefined : wholeNumber('--jobs', jobs, MOST_JOBS),
    threads: threads === undefined ? undefined : wholeNumber('--threads', threads, 127),
    checkpointSeconds: checkpointSeconds(options),
    force: force ?? false,
    rerunFailed: rerunFailed ?? false,
    failFast: failFast ?? false,
    command,
  };
}

/** @throws UserError `bad-usage` if nothing varies */
export function requireSweeps(experiments: readonly LoadedExperiment[]): void {
  const plain = experiments.find(({ config }) => config.sweep === null);
  if (!plain) return;
  throw new UserError(`nothing varies in ${plain.file}`, {
    code: 'bad-usage',
    hint: 'give a key several values: ablate sweep FILE model.kernel_size=3,5',
    exitCode: 2,
  });
}
