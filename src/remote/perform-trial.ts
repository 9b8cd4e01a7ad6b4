import { basename, resolve } from 'node:path';
import { mapPaths } from '../config/remote-config.js';
import type { Job } from '../protocol/job.js';
import type { JobOptions, RunOutcome, Scheduler } from '../scheduling/scheduler.js';
import { runsOfTrial } from '../sweep/earlier-runs.js';
import { runRecorded } from '../sweep/run-recorded.js';
import { sentErrorOf } from './outcomes.js';
import { isResumable, readSummary, runDirectory, type Summary } from '../tracking/run-store.js';
import { resolveInRoots } from './data-roots.js';
import { identityOf, requireOwnRun } from './trial-identity.js';
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
  /** Whether another worker may have begun it: its run, if it is here, is resumed. */
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
    const resume = begun ?? job.resume;
    if (resume !== undefined) requireOwnRun(runDirectory(job.runsDirectory, resume), identityOf(job));
    const known = resume === undefined ? undefined : endedSummary(job.runsDirectory, resume);
    if (known) return reuse(known, job, options);
    return (await runRecorded({ ...job, resume }, place.schedulerOf(message.threads), options)).outcome;
  } catch (error) {
    return { type: 'failed', error: sentErrorOf(error) };
  }
}

/** Of a run that is over for good: its worker has died before it could say so. */
function endedSummary(runsDirectory: string, run: string): Summary | undefined {
  const summary = readSummary(runDirectory(runsDirectory, run));
  return summary && !isResumable(summary.status) ? summary : undefined;
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
