import { UserError } from '../errors.js';

/** Variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What may be said of work that takes time. */
export interface WorkOptions<Event> {
  /** Told of everything that happens, in its order. What it throws ends the work in order, and is then thrown. */
  onEvent?: (event: Event) => void;
  /** Aborted, the work ends in order: a run or a sweep with a checkpoint, so that it can be resumed. */
  signal?: AbortSignal;
  /** The variables that the work sees, of workers too; those of this process unless given. */
  environment?: Environment;
}

/** What is computed with. */
export interface EngineOptions {
  /** Native TensorFlow, which is installed if it is nowhere found, or (hundreds of times slower) JavaScript: `cpu`. */
  backend?: 'tensorflow' | 'cpu';
  /** Threads of each worker's TensorFlow; by the machine unless given. */
  threads?: number;
}

/** Where runs are kept. */
export interface RunsOptions {
  /** A folder; `runs` in the working folder unless given. */
  runsDirectory?: string;
}

/** @throws UserError `bad-usage` */
export function engineSettings({
  backend = 'tensorflow',
  threads,
}: EngineOptions): Required<Pick<EngineOptions, 'backend'>> & EngineOptions {
  if (!['tensorflow', 'cpu'].includes(backend)) throw badUsage(`backend is ${backend}; expected tensorflow or cpu`);
  return { backend, threads: wholeNumber('threads', threads, 127) };
}

/**
 * An option that is a whole number from 1 to a maximum, if it is given.
 * @throws UserError `bad-usage`
 */
export function wholeNumber(name: string, value: number | undefined, maximum: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= maximum)) return value;
  throw badUsage(`${name} is ${value}; expected a whole number from 1 to ${maximum}`);
}

export function badUsage(message: string, hint?: string): UserError {
  return new UserError(message, { code: 'bad-usage', hint, exitCode: 2 });
}
