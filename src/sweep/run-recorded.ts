import { existsSync } from 'node:fs';
import type { Job } from '../protocol/job.js';
import type { JobOptions, RunOutcome, Scheduler } from '../scheduling/scheduler.js';
import { recordCrash } from '../tracking/crash.js';
import { runDirectory } from '../tracking/run-store.js';
import { findUnannounced } from './earlier-runs.js';

/** How a job has ended. */
export interface RecordedOutcome {
  outcome: RunOutcome;
  /** The run that it began or resumed. */
  run: string | undefined;
}

/** Runs a job. A worker process that dies leaves a run without an end: the end is written here, as `FAILED`. */
export async function runRecorded(job: Job, scheduler: Scheduler, options: JobOptions): Promise<RecordedOutcome> {
  let run = job.resume;
  const outcome = await scheduler.run(job, {
    ...options,
    onProgress: (progress) => {
      if (progress.type === 'created') run = progress.id;
      options.onProgress(progress);
    },
  });
  if (outcome.type !== 'crashed') return { outcome, run };
  // A sweep's run is known by its trial, even if the worker died before it could say that it had begun.
  if (job.sweep) run ??= await findUnannounced(job);
  if (run === undefined) return { outcome, run };
  const directory = runDirectory(job.runsDirectory, run);
  // Another machine may have died with all that it had.
  if (!existsSync(directory.journal)) return { outcome, run };
  return { outcome: { type: 'done', answer: recordCrash(directory, outcome.reason, outcome.log) }, run };
}
