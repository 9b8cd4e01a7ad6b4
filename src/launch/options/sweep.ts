import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedExperiment } from '../../config/load.js';
import { badUsage } from '../../text/errors.js';
import { ablate } from '../../system/shell.js';
import { BOUNDS, type TrainingSettings } from '../settings.js';
import { readEngineOptions } from './engine.js';
import { addPlaceOptions, type PlaceOptions, readPlaceOptions } from './place.js';
import { wholeNumber } from './parsers.js';
import type { TrainingOptions } from './training.js';

/** What the user says of running a sweep beside its experiment file. */
export interface SweepOptions extends TrainingOptions, PlaceOptions {
  jobs?: number;
  force?: true;
  rerunFailed?: true;
  failFast?: true;
}

/** Adds what commands take that run sweeps. */
export function addSweepOptions(command: Command): void {
  command
    .option(
      '--jobs <n>',
      'trials of a sweep side by side (default: by cores, GPUs, memory)',
      wholeNumber(...BOUNDS.jobs),
    )
    .option('--rerun-failed', 'train the trials that diverged again, too')
    .option('--fail-fast', 'end a sweep at the first trial that fails, its retries included');
  addPlaceOptions(command);
}

export function readSweepOptions(options: SweepOptions): TrainingSettings {
  const { runsDir, jobs, checkpointSeconds, force, rerunFailed, failFast } = options;
  return {
    ...readEngineOptions(options),
    ...readPlaceOptions(options),
    runsDirectory: resolve(runsDir),
    jobs,
    checkpointSeconds,
    force,
    rerunFailed,
    failFast,
  };
}

/** @throws UserError `bad-usage` if nothing varies */
export function requireSweeps(experiments: readonly LoadedExperiment[]): void {
  const plain = experiments.find(({ config }) => config.sweep === null);
  if (!plain) return;
  throw badUsage(
    `nothing varies in ${plain.file}`,
    `give a key several values: ${ablate('sweep', plain.file, 'model.kernel_size=3,5')}`,
  );
}
