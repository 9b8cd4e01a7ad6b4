import { resolve } from 'node:path';
import { configHash } from '../config/hash.js';
import type { LoadedExperiment } from '../config/load.js';
import type { Job } from '../protocol/job.js';
import type { RunWatchEvent } from '../protocol/watching.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { Tracked } from '../tracking/follow-end.js';
import type { Summary } from '../tracking/run-store.js';
import type { Starter } from './engine.js';
import { runJob } from './run-job.js';
import type { TrainingSettings } from './settings.js';
import type { TrainingPlace } from './training-place.js';

/** Who trains: where, and who ends the workers at once. */
export interface Trainer<Event> extends Starter<Event> {
  place: TrainingPlace;
  /** Takes the workers. */
  onWorkers?: (scheduler: Scheduler) => void;
}

/**
 * Does one run with workers of its own.
 * @throws UserError when it couldn't begin
 */
export async function trainRun(
  job: Job,
  { place, onWorkers, ...starter }: Trainer<RunWatchEvent>,
): Promise<Summary & Tracked> {
  const scheduler = await place.open({ jobs: 1, threads: place.threads }, job.config);
  onWorkers?.(scheduler);
  try {
    return await runJob(job, scheduler, starter);
  } finally {
    scheduler.close();
  }
}

/** The run that an experiment describes. */
export function jobOf({ config, file }: LoadedExperiment, settings: TrainingSettings): Job {
  const { runsDirectory, checkpointSeconds } = settings;
  return { config, configHash: configHash(config), source: resolve(file), runsDirectory, checkpointSeconds };
}
