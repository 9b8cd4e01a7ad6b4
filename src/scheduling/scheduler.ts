import type { PlainError } from '../text/errors.js';
import type { Answers, Job } from '../protocol/job.js';
import type { RunProgress } from '../protocol/events.js';

/** How a task ended. */
export type Outcome<Answer = Answers['run']> = { type: 'done'; answer: Answer } | Failure;

/** Why a task has no answer. */
export type Failure =
  /** Of a run: its directory couldn't be made, or a bug of ours. */
  | { type: 'failed'; error: PlainError }
  /** The worker's process ended in the midst of it. */
  | { type: 'crashed'; reason: string; log: string };

/** How a run ended; `withdrawn`: it was to end before it had begun, and nothing of it is there. */
export type RunOutcome = Outcome | { type: 'withdrawn' };

export interface JobOptions {
  onProgress: (progress: RunProgress) => void;
  /** Aborted, a run ends after the steps under way, as the `EndRequest` says that the signal was aborted with. */
  signal?: AbortSignal;
  /** Of jobs that wait, the one with the highest begins first, among equals the one that came first; 0 unless given. */
  priority?: number;
}

/** Runs jobs somewhere: in processes of this machine, or on others. */
export interface Scheduler {
  /** Never rejects. A trial that is under way already (`trialId`) isn't begun again: both callers get its outcome. */
  run(job: Job, options: JobOptions): Promise<RunOutcome>;
  /** Lets the workers go; jobs still running are lost. */
  close(): void;
}
