import { badUsage } from '../text/errors.js';
import { BACKENDS, BOUNDS, type Bounds, isWholeIn, wholeIn } from '../launch/settings.js';

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
  requireChoice('backend', backend, BACKENDS);
  requireWhole('threads', threads, BOUNDS.threads);
  return { backend, threads };
}

/** @throws UserError `bad-usage` of an option that is given, and is no whole number within the bounds */
export function requireWhole(name: string, value: number | undefined, bounds: Bounds): void {
  if (value === undefined || isWholeIn(value, bounds)) return;
  throw badUsage(`${name} is ${value}; expected ${wholeIn(bounds)}`);
}

/** @throws UserError `bad-usage` of an option that is given, and is none of the choices */
export function requireChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw badUsage(`${name} is ${value}; expected ${choices.join(' or ')}`);
}
