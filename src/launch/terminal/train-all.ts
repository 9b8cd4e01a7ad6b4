import { explanationOf, UserError } from '../../text/errors.js';
import type { Job } from '../../protocol/job.js';
import { ablate } from '../../system/shell.js';
import type { Scheduler } from '../../scheduling/scheduler.js';
import type { SweepDirectory, SweepSummary } from '../../sweep/sweep-store.js';
import type { Tracked } from '../../tracking/follow-end.js';
import type { Summary } from '../../tracking/run-store.js';
import type { CheckedExperiment } from '../experiment-arguments.js';
import { withPinnedModels } from '../pinned-models.js';
import { datasetJson, datasetText } from '../../display/dataset-account.js';
import { showLaunch } from '../../display/launch-events.js';
import { showRun } from '../../display/run-progress.js';
import { printResults, type Result } from '../../display/run-results.js';
import { readSweepOptions, type SweepOptions } from '../options/sweep.js';
import type { TrainingSettings } from '../settings.js';
import { listenForInterrupts } from '../signals/interrupts.js';
import { isSweep } from '../sweep-trials.js';
import { jobOf, trainRun, type Trainer } from '../train-run.js';
import { choosePlace } from '../training-place.js';
import { registerAll, requireRegistry } from './register.js';

/** What is trained, beside the experiments. */
export interface TrainedAs {
  /** The sweep to resume, if the experiment is one's. */
  existing?: SweepDirectory;
  /** What the user called. */
  command?: TrainingSettings['command'];
}

/**
 * Trains what experiments describe, one after another, a run or a sweep each, shows it, and prints what they came to. Of
 * several, one that can't be trained leaves the others as they are.
 */
export async function trainAll(
  experiments: readonly CheckedExperiment[],
  options: SweepOptions,
  { existing, command }: TrainedAs = {},
): Promise<void> {
  const settings = { ...readSweepOptions(options), command };
  const results = await whileTraining(settings, options.register, async (trainer, signal) => {
    const ended: Result[] = [];
    for (const written of experiments) {
      if (signal.aborted) break;
      const train = (): Promise<TrainedSummary> => trainOne(written, { ...trainer, settings, existing });
      const result = experiments.length === 1 ? await train() : await resultOf(written, train);
      ended.push({ ...result, ...datasetJson(written.data) });
    }
    return ended;
  });
  await printResults(results, options);
}

/** Does one run, shows it, and prints what it came to. */
export async function trainJob(job: Job, options: SweepOptions): Promise<void> {
  const results = await whileTraining(readSweepOptions(options), options.register, async (trainer) => [
    await trainShown(job, trainer),
  ]);
  await printResults(results, options);
}

/** All that trains but where it tells what it does. */
type SilentTrainer = Omit<Trainer<never>, 'onEvent'>;

/** Trains where the settings say, until it is done or interrupted; then registers what is to be. */
async function whileTraining(
  settings: TrainingSettings,
  register: string | undefined,
  train: (trainer: SilentTrainer, signal: AbortSignal) => Promise<Result[]>,
): Promise<Result[]> {
  await requireRegistry(register);
  const environment = process.env;
  const { onEvent, clear } = showLaunch(process.stderr);
  const place = await choosePlace(settings, { onEvent, environment }).finally(clear);
  let workers: Scheduler | undefined;
  const { signal, stop } = listenForInterrupts(() => workers?.close());
  const onWorkers = (scheduler: Scheduler): void => {
    workers = scheduler;
  };
  const results = await train({ place, environment, signal, onWorkers }, signal).finally(stop);
  if (register !== undefined) await registerAll(results.filter(isSummary), settings.runsDirectory, register);
  return results;
}

type TrainedSummary = (Summary | SweepSummary) & Tracked;

interface OneTraining extends SilentTrainer {
  settings: TrainingSettings;
  existing: SweepDirectory | undefined;
}

async function trainOne(
  written: CheckedExperiment,
  { settings, existing, ...trainer }: OneTraining,
): Promise<TrainedSummary> {
  // Not before: an experiment may start from what the one before it has trained.
  const experiment = await withPinnedModels(written, settings.runsDirectory);
  process.stderr.write(datasetText(experiment.data, experiment.file));
  if (!isSweep(experiment)) return trainShown(jobOf(experiment, settings), trainer);
  // Only sweeps need search, early stopping and statistics.
  const { trainSweep } = await import('../train-sweep.js');
  const { watchSweep } = await import('../../display/sweep/sweep-watch.js');
  const { onEvent, end } = watchSweep(trainer.place.describe, process.stderr);
  return trainSweep(experiment, { ...trainer, settings, onEvent }, existing).finally(end);
}

async function trainShown(job: Job, trainer: SilentTrainer): Promise<Summary & Tracked> {
  const { onEvent, clear } = showRun(job, process.stderr);
  const summary = await trainRun(job, { ...trainer, onEvent }).finally(clear);
  if (summary.status === 'KILLED') process.stderr.write(`\`${ablate('resume', summary.id)}\` resumes it\n`);
  return summary;
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
    const { code, message, hint, files } = error;
    return { file, error: { code, message, hint, files } };
  }
}
