import { existsSync } from 'node:fs';
import type { Job } from '../protocol/job.js';
import type { RunWatchEvent } from '../protocol/watching.js';
import type { RunOutcome, Scheduler } from '../scheduling/scheduler.js';
import { interrupted } from '../text/errors.js';
import { type Summary, runDirectory } from '../tracking/run-store.js';
import { claimTrial } from '../tracking/trial-lock.js';
import { answerOf } from '../scheduling/failure.js';
import { runRecorded } from '../sweep/run-recorded.js';
import { type Tracked, undeliveredOf, withUndelivered } from '../tracking/follow-end.js';
import { type Starter, tellNotice } from './engine.js';
import { trackRun } from './tracking/run-tracking.js';

/**
 * Does one run, and follows it to MLflow. Sweeps that have the same as a trial wait for it; it waits for no one.
 * @throws UserError when it couldn't begin
 */
export async function runJob(
  job: Job,
  scheduler: Scheduler,
  starter: Starter<RunWatchEvent>,
): Promise<Summary & Tracked> {
  const { runsDirectory, configHash, config } = job;
  const trial = { runsDirectory, configHash, seed: config.training.seed };
  const claim = await claimTrial(trial, `a run (process ${process.pid})`);
  try {
    return await followRun(job, scheduler, starter);
  } finally {
    await claim?.release();
  }
}

async function followRun(job: Job, scheduler: Scheduler, starter: Starter<RunWatchEvent>): Promise<Summary & Tracked> {
  const { onEvent, environment, signal } = starter;
  const tracking = trackRun(job.config, { say: tellNotice(onEvent), environment });
  const { outcome } = await runRecorded(job, scheduler, {
    signal,
    onProgress: (progress) => {
      if (progress.type === 'created' && existsSync(progress.path)) tracking.created(progress);
      onEvent(progress);
    },
  });
  const summary = summaryOf(outcome);
  // From another machine it comes here when it has ended.
  if (!tracking.run) tracking.created({ type: 'created', ...runDirectory(job.runsDirectory, summary.id) });
  onEvent({ type: 'run-ended', summary });
  const end = await tracking.finish();
  if (end) onEvent({ type: 'delivery', end });
  return withUndelivered(summary, undeliveredOf(end));
}

/** @throws UserError of a run that has none */
function summaryOf(outcome: RunOutcome): Summary {
  if (outcome.type === 'withdrawn') throw interrupted();
  return answerOf(outcome);
}
