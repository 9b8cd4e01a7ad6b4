import type { Job, PlainError } from '../job.js';
import type { RunProgress } from '../run-events.js';
import type { Summary } from '../tracking/run-store.js';

/** What became of a job. */
export type Outcome =
  | { type: 'done'; summary: Summary }
  /** There is no run: its directory couldn't be made, or a bug of ours. */
  | { type: 'failed'; error: PlainError }
  /** The worker's process ended in mid-run. */
  | { type: 'crashed'; reason: string; log: string };

export interface JobOptions {
  onProgress: (progress: RunProgress) => void;
  /** Aborted, the job ends after the steps under way, as `KILLED`. */
  signal?: AbortSignal;
}

/** Runs jobs somewhere: in processes of this machine, or on others. */
export interface Scheduler {
  run(job: Job, options: JobOptions): Promise<Outcome>;
  /** Lets the workers go; jobs still running are lost. */
  close(): void;
}
