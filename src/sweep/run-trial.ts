import type { Job } from '../protocol/job.js';
import type { RunProgress } from '../protocol/events.js';
import { failureError } from '../scheduling/failure.js';
import type { Failure, Scheduler } from '../scheduling/scheduler.js';
import type { Summary } from '../tracking/run-store.js';
import { runRecorded } from './run-recorded.js';

export interface TrialOptions {
  scheduler: Scheduler;
  /** How often a run that failed is tried again. */
  retries: number;
  signal: AbortSignal;
  /** @param attempt from 1 */
  onProgress: (progress: RunProgress, attempt: number) => void;
  /** A run has failed, and is tried again. */
  onRetry: (reason: string, attempt: number) => void;
}

/** How the last attempt ended: a summary, or an error that has left none. */
export type TrialOutcome = { summary: Summary } | { run: string; error: string } | 'withdrawn';

/** How often a worker is started that ends before it has begun a run; that is no attempt of the trial. */
const STARTS = 3;

/**
 * Trains one trial. A run that fails, or whose worker dies, is resumed from its last checkpoint, in another worker if
 * need be, as often as retries allow.
 * @throws UserError when no run can be begun at all, which no other trial can either
 */
export async function runTrial(job: Job, options: TrialOptions): Promise<TrialOutcome> {
  let { resume } = job;
  for (let attempt = 1; ; attempt++) {
    const outcome = await begin({ ...job, resume }, attempt, options);
    if (outcome === 'withdrawn') return outcome;
    const hasFailed = 'error' in outcome || outcome.summary.status === 'FAILED';
    if (!hasFailed || attempt > options.retries || options.signal.aborted) return outcome;
    if ('summary' in outcome) resume = outcome.summary.id;
    options.onRetry('error' in outcome ? outcome.error : (outcome.summary.error ?? 'it failed'), attempt + 1);
  }
}

async function begin(job: Job, attempt: number, options: TrialOptions): Promise<TrialOutcome> {
  for (let start = 1; ; start++) {
    const outcome = await attemptOnce(job, attempt, options);
    if (outcome === 'withdrawn' || !('refused' in outcome)) return outcome;
    const { refused } = outcome;
    if (refused.type === 'failed' || start === STARTS || options.signal.aborted) throw failureError(refused);
    options.onRetry(refused.reason, attempt);
  }
}

type Attempt = TrialOutcome | { refused: Failure };

async function attemptOnce(job: Job, attempt: number, options: TrialOptions): Promise<Attempt> {
  const { outcome, run } = await runRecorded(job, options.scheduler, {
    signal: options.signal,
    onProgress: (progress) => {
      options.onProgress(progress, attempt);
    },
  });
  if (outcome.type === 'done') return { summary: outcome.answer };
  if (outcome.type === 'withdrawn') return outcome.type;
  if (run === undefined) return { refused: outcome };
  // What couldn't be resumed has its own summary still; what was lost with its machine has nothing to resume.
  return { run, error: outcome.type === 'failed' ? outcome.error.message : outcome.reason };
}
