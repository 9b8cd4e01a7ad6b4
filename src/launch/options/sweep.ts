import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedExperiment } from '../../config/load.js';
import { UserError } from '../../errors.js';
import { ablate } from '../../shell.js';
import type { TrainingSettings } from '../settings.js';
import { readEngineOptions } from './engine.js';
import { addPlaceOptions, type PlaceOptions, readPlaceOptions } from './place.js';
import { wholeNumber } from './read-number.js';
import { type TrainingOptions, checkpointSeconds } from './training.js';

/** What the user says of running a sweep beside its experiment file. */
export interface SweepOptions extends TrainingOptions, PlaceOptions {
  jobs?: string;
  force?: true;
  rerunFailed?: true;
  failFast?: true;
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
export function readSweepOptions(options: SweepOptions): TrainingSettings {
  const { runsDir, jobs, force, rerunFailed, failFast } = options;
  return {
    ...readEngineOptions(options),
    ...readPlaceOptions(options),
    runsDirectory: resolve(runsDir),
    jobs: jobs === undefined ? undefined : wholeNumber('--jobs', jobs, MOST_JOBS),
    checkpointSeconds: checkpointSeconds(options),
    force,
    rerunFailed,
    failFast,
  };
}

/** @throws UserError `bad-usage` if nothing varies */
export function requireSweeps(experiments: readonly LoadedExperiment[]): void {
  const plain = experiments.find(({ config }) => config.sweep === null);
  if (!plain) return;
  throw new UserError(`nothing varies in ${plain.file}`, {
    code: 'bad-usage',
    hint: `give a key several values: ${ablate('sweep', plain.file, 'model.kernel_size=3,5')}`,
    exitCode: 2,
  });
}
