import { basename, resolve } from 'node:path';
import { mapPaths } from '../config/remote-config.js';
import { messageOf, UserError } from '../errors.js';
import type { Job } from '../job.js';
import type { JobOptions, RunOutcome, Scheduler } from '../scheduling/scheduler.js';
import { findUnannounced, runsOfTrial } from '../sweep/earlier-runs.js';
import { recordCrash } from '../tracking/crash.js';
import { readSummary, runDirectory, type Summary } from '../tracking/run-store.js';
import { resolveInRoots } from './data-roots.js';
import { isOver } from './outcomes.js';
import type { TrialMessage } from './trial-message.js';

/** What a worker on another machine has of its own. */
export interface WorkerPlace {
  /** Where it keeps runs, absolute. */
  runsDirectory: string;
  /** Folders that trials may read data from. */
  dataRoots: readonly string[];
  /** The worker processes whose TensorFlow has so many threads. */
  schedulerOf: (threads: number) => Scheduler;
}

export interface PerformOptions extends JobOptions {
  /** Whether another worker may have begun it: its run, if it is here, is gone on with. */
  wasBegun: boolean;
}

/** Trains a trial that came from another machine: in this worker's runs directory, with data from its own folders. */
export async function performTrial(
  message: TrialMessage,
  place: WorkerPlace,
  { wasBegun, ...options }: PerformOptions,
): Promise<RunOutcome> {
  try {
    const job = jobOf(message, place);
    const begun = wasBegun && job.sweep ? runsOfTrial(job).at(0)?.id : undefined;
    const known = begun === undefined ? undefined : endedSummary(job.runsDirectory, begun);
    if (known) return reuse(known, job, options);
    return await runAndRecord({ ...job, resume: begun ?? job.resume }, place.schedulerOf(message.threads), options);
  } catch (error) {
    if (!(error instanceof UserError)) return { type: 'failed', error: { message: messageOf(error) } };
    return { type: 'failed', error: { message: error.message, code: error.code, hint: error.hint } };
  }
}

/** Of a run that is over for good: its worker has died before it could say so. */
function endedSummary(runsDirectory: string, run: string): Summary | undefined {
  const summary = readSummary(runDirectory(runsDirectory, run));
  return summary && isOver(summary) ? summary : undefined;
}

function reuse(summary: Summary, { runsDirectory }: Job, { onProgress }: JobOptions): RunOutcome {
  onProgress({ type: 'created', id: summary.id, path: runDirectory(runsDirectory, summary.id).path });
  return { type: 'done', answer: summary };
}

function jobOf(message: TrialMessage, { runsDirectory, dataRoots }: WorkerPlace): Job {
  const { config, configHash, origin, sweep, resume, checkpointSeconds } = message;
  const roots = [...dataRoots, runsDirectory];
  return {
    config: mapPaths(config, (path) => resolveInRoots(path, origin.source, roots)),
    configHash,
    origin,
    // Nothing is read there: every path is absolute now.
    source: resolve(runsDirectory, basename(origin.source)),
    runsDirectory,
    sweep,
    resume,
    checkpointSeconds,
  };
}

/** A worker process that dies leaves a run without an end: it is written here, where the run is. */
async function runAndRecord(job: Job, scheduler: Scheduler, options: JobOptions): Promise<RunOutcome> {
  let run = job.resume;
  const outcome = await scheduler.run(job, {
    ...options,
    onProgress: (progress) => {
      if (progress.type === 'created') run = progress.id;
      options.onProgress(progress);
    },
  });
  if (outcome.type !== 'crashed') return outcome;
  run ??= await findUnannounced(job);
  if (run === undefined) return outcome;
  return { type: 'done', answer: recordCrash(runDirectory(job.runsDirectory, run), outcome.reason, outcome.log) };
}
