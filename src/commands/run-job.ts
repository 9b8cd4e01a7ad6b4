import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { Job } from '../job.js';
import type { RunOutcome, Scheduler } from '../scheduling/scheduler.js';
import { interrupted } from '../errors.js';
import { recordCrash } from '../tracking/crash.js';
import { type Summary, runDirectory } from '../tracking/run-store.js';
import { failureError } from '../scheduling/failure.js';
import { showRun } from './run-progress.js';
import { trackRun } from './run-tracking.js';

/** Does one run, shown on standard error and followed to MLflow. @throws UserError when it couldn't begin */
export async function runJob(job: Job, scheduler: Scheduler, signal: AbortSignal): Promise<Summary> {
  const display = showRun(job, process.stderr);
  const tracking = trackRun(job.config, (message) => {
    display.message(message);
  });
  const outcome = await scheduler.run(job, {
    signal,
    onProgress: (progress) => {
      if (progress.type === 'created' && existsSync(progress.path)) tracking.created(progress);
      display.onProgress(progress);
    },
  });
  const summary = toSummary(outcome, job, tracking.run);
  // From another machine it comes here when it has ended.
  if (!tracking.run) tracking.created({ type: 'created', ...runDirectory(job.runsDirectory, summary.id) });
  display.end(summary);
  const undelivered = await tracking.finish();
  if (undelivered) {
    const { error, pendingPoints } = undelivered;
    display.message(
      `MLflow: ${error.message}; ${pendingPoints} metric points wait in the run: \`ablate sync\` delivers`,
    );
  }
  if (summary.status === 'KILLED')
    display.message(`\`${resumeCommand(job.runsDirectory, summary.id)}\` goes on with it`);
  return summary;
}

function toSummary(outcome: RunOutcome, job: Job, run: { id: string; path: string } | undefined): Summary {
  if (outcome.type === 'done') return outcome.answer;
  if (outcome.type === 'withdrawn') throw interrupted();
  if (outcome.type === 'failed' || !run) throw failureError(outcome);
  return recordCrash(runDirectory(job.runsDirectory, run.id), outcome.reason, outcome.log);
}

/** The command that goes on with a run or a sweep. */
export function resumeCommand(runsDirectory: string, id: string): string {
  const directory = relative(process.cwd(), runsDirectory) || '.';
  return ['ablate resume', id, ...(directory === 'runs' ? [] : [`--runs-dir ${directory}`])].join(' ');
}
