import type { Experiment } from './config/experiment.js';
import type { RunProgress } from './run-events.js';
import type { Engine } from './tensorflow/engine.js';
import type { Summary } from './tracking/run-store.js';

/** One run to do: plain values, so that it can be sent to another process or machine. */
export interface Job {
  config: Experiment;
  /** SHA-256 of what affects training: see `configHash`. */
  configHash: string;
  /** The experiment file; relative paths in the configuration start at its folder. */
  source: string;
  runsDirectory: string;
}

/** From the scheduler to a worker. */
export type WorkerRequest = { type: 'run'; job: Job; engine: Engine } | { type: 'interrupt' };

/** From a worker to the scheduler. */
export type WorkerReply =
  | { type: 'progress'; progress: RunProgress }
  | { type: 'done'; summary: Summary }
  | { type: 'failed'; error: PlainError };

/** An error that can be sent. */
export interface PlainError {
  message: string;
  /** Of a UserError. */
  code?: string;
  hint?: string;
  /** Of any other error, which is a bug of ours. */
  stack?: string;
}
