import { resolve } from 'node:path';
import { configHash } from '../config/hash.js';
import { explanationOf, UserError } from '../errors.js';
import type { Job } from '../job.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import type { SweepDirectory, SweepSummary } from '../sweep/sweep-store.js';
import type { Summary } from '../tracking/run-store.js';
import type { CheckedExperiment } from './experiment-arguments.js';
import { listenForInterrupts } from './interrupts.js';
import { registerAll, requireServer } from './register.js';
import { runJob } from './run-job.js';
import { withPinnedModels } from './pinned-models.js';
import { printResults, type Result } from './run-results.js';
import { readSweepOptions, type SweepOptions, type SweepSettings } from './sweep-options.js';
import type { SweepExperiment } from './sweep-trials.js';
import { choosePlace, type TrainingPlace } from './training-place.js';

/** What is trained, beside the experiments. */
export interface TrainedAs {
  /** The sweep to go on with, if the experiment is one's. */
  existing?: SweepDirectory;
  /** What the user called. */
  command?: SweepSettings['command'];
}

/**
 * Trains what experiments describe, one after another, a run or a sweep each, and prints what they came to. Of several,
 * one that can't be trained leaves the others as they are.
 */
export async function trainAll(
  experiments: readonly CheckedExperiment[],
  options: SweepOptions,
  { existing, command }: TrainedAs = {},
): Promise<void> {
  const settings = readSweepOptions(options, command);
  requireServer(options.register);
  const place = await choosePlace(options);
  let workers: Scheduler | undefined;
  const onWorkers = (scheduler: Scheduler): void => {
    workers = scheduler;
  };
  const { signal, stop } = listenForInterrupts(() => workers?.close());
  const runsDirectory = resolve(options.runsDir);
  const context = { place, settings, runsDirectory, signal, onWorkers };
  const results: Result[] = [];
  try {
    for (const written of experiments) {
      if (signal.aborted) break;
      const train = async (): Promise<Summary | SweepSummary> => {
        // Not before: an experiment may start from what the one before it has trained.
        const experiment = await withPinnedModels(written, runsDirectory);
        if (!isSweep(experiment)) {
          return trainRun(toJob(experiment, runsDirectory, settings.checkpointSeconds), place, signal, onWorkers);
        }
        // Only sweeps need searching, pruning and statistics.
        const { trainSweep } = await import('./train-sweep.js');
        return trainSweep(experiment, context, existing);
      };
      results.push(experiments.length === 1 ? await train() : await resultOf(written, train));
    }
  } finally {
    stop();
  }
  if (options.register !== undefined) await registerAll(results.filter(isSummary), runsDirectory, options.register);
  await printResults(results, options);
}

function isSummary(result: Result): result is Summary | SweepSummary {
  return 'status' in result;
}

/** What one of several came to, be it an error. */
async function resultOf({ file }: CheckedExperiment, train: () => Promise<Result>): Promise<Result> {
  try {
    return await train();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${file}: ${explanationOf(error)}\n`);
    const { code, message, hint } = error;
    return { file, error: { code, message, hint } };
  }
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
