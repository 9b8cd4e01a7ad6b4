import { resolve } from 'node:path';
import { configHash } from '../config/hash.js';
import type { Job } from '../job.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { SweepDirectory, SweepSummary } from '../sweep/sweep-store.js';
import type { Summary } from '../tracking/run-store.js';
import type { CheckedExperiment } from './experiment-arguments.js';
import { listenForInterrupts } from './interrupts.js';
import { registerAll, requireServer } from './register.js';
import { runJob } from './run-job.js';
import { withPinnedModels } from './pinned-models.js';
import { printResults } from './run-results.js';
import { readSweepOptions, type SweepOptions } from './sweep-options.js';
import type { SweepExperiment } from './sweep-trials.js';
import { trainSweep } from './train-sweep.js';
import { choosePlace, type TrainingPlace } from './training-place.js';

/**
 * Trains what experiments describe, one after another, a run or a sweep each, and prints what they came to.
 * @param existing the sweep to go on with, if the experiment is one's
 */
export async function trainAll(
  experiments: readonly CheckedExperiment[],
  options: SweepOptions,
  existing?: SweepDirectory,
): Promise<void> {
  const settings = readSweepOptions(options);
  requireServer(options.register);
  const place = await choosePlace(options);
  let workers: Scheduler | undefined;
  const onWorkers = (scheduler: Scheduler): void => {
    workers = scheduler;
  };
  const { signal, stop } = listenForInterrupts(() => workers?.close());
  const runsDirectory = resolve(options.runsDir);
  const context = { place, settings, runsDirectory, signal, onWorkers };
  const summaries: (Summary | SweepSummary)[] = [];
  try {
    for (const written of experiments) {
      if (signal.aborted) break;
      // Not before: an experiment may start from what the one before it has trained.
      const experiment = await withPinnedModels(written, runsDirectory);
      const summary = isSweep(experiment)
        ? await trainSweep(experiment, context, existing)
        : await trainRun(toJob(experiment, runsDirectory, settings.checkpointSeconds), place, signal, onWorkers);
      summaries.push(summary);
    }
  } finally {
    stop();
  }
  if (options.register !== undefined) await registerAll(summaries, runsDirectory, options.register);
  await printResults(summaries, options);
}

function isSweep(experiment: CheckedExperiment): experiment is SweepExperiment {
  return experiment.config.sweep !== null;
}

async function trainRun(
  job: Job,
  place: TrainingPlace,
  signal: AbortSignal,
  onWorkers: (scheduler: Scheduler) => void,
): Promise<Summary> {
  const scheduler = await place.open({ jobs: 1, threads: place.threads }, job.config);
  onWorkers(scheduler);
  try {
    return await runJob(job, scheduler, signal);
  } finally {
    scheduler.close();
  }
}

function toJob({ config, file }: CheckedExperiment, runsDirectory: string, checkpointSeconds: number | undefined): Job {
  return { config, configHash: configHash(config), source: resolve(file), runsDirectory, checkpointSeconds };
}
