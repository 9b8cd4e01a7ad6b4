import type { FileProblem } from '../../text/errors.js';
import { locationOf, type Location, type Span } from './source.js';

/** Every kind of mistake that an experiment file or an override can hold. */
export type ProblemCode =
  /** The file can't be read, or isn't there. */
  | 'unreadable-file'
  /** Larger, deeper or with more aliases than any honest file. */
  | 'too-complex'
  /** Not YAML. */
  | 'yaml-syntax'
  /** The same key twice in one mapping. */
  | 'duplicate-key'
  /** `extends` that comes back to itself. */
  | 'extends-cycle'
  /** `${…}` that can't be followed: no such key, a cycle, a variable that isn't set or holds a secret. */
  | 'invalid-reference'
  /** An override that isn't `key=value`, `+key=value` or `~key`, or whose place doesn't exist. */
  | 'invalid-override'
  | 'unknown-key'
  /** A known key in the wrong mapping. */
  | 'misplaced-key'
  | 'missing-key'
  | 'wrong-type'
  /** Text or a number that isn't one of the possible ones. */
  | 'wrong-value'
  | 'out-of-range'
  /** Percent or degrees where a fraction is meant. */
  | 'wrong-unit'
  /** Too few or too many items. */
  | 'wrong-length'
  /** The same item or name twice. */
  | 'duplicate-value'
  /** Two keys that can't both hold. */
  | 'conflict'
  /** A layer that can't follow the one before it. */
  | 'impossible-shape'
  /** A dataset that can't be used: files that are missing or no images, a class without any. */
  | 'unusable-dataset'
  /** In the language, but not in this version of the program. */
  | 'unsupported';

/** What is wrong with a configuration, without its place. */
export interface ProblemDetails {
  code: ProblemCode;
  /** One clause, without a full stop: `unknown key "kernal_size"`. */
  message: string;
  /** What would be right: `a whole number, at least 1`. */
  expected?: string;
  /** What stands there, as the user wrote it. */
  received?: string;
  /** The nearest valid word or value. */
  suggestion?: string;
  /** The exact repair, where it is more than a word. */
  hint?: string;
  /** All the files that it is about, where the message names only some. */
  files?: readonly FileProblem[];
}

/** Two keys that can't hold together. @param hint how to repair that */
export function conflict(message: string, hint: string): ProblemDetails {
  return { code: 'conflict', message, hint };
}

/** A mistake and its place. */
export interface Problem extends ProblemDetails, Location {
  /** The dotted key: `model.layers.2.kernel_size`; empty for the file as a whole. */
  path: string;
}

/** Keys and list indices from the top of a configuration downwards. */
export type Path = readonly (string | number)[];

/**
 * Takes a mistake that lies in more than one key.
 * @param paths of the keys involved; the first is where the mistake is shown
 */
export type Report = (paths: readonly [Path, ...Path[]], details: ProblemDetails) => void;

/** A path as users write it: `training.optimizer.learning_rate`; keys that hold dots are quoted. */
export function formatPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'string' && /[.\s"]|^$/.test(part) ? JSON.stringify(part) : part))
    .join('.');
}

export function problemAt(span: Span, path: Path, details: ProblemDetails): Problem {
  return { ...details, path: formatPath(path), ...locationOf(span) };
}

/** From top to bottom, file by file; what an alias repeats is said once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  const distinct = new Map(
    problems.map((problem) => [[problem.file, problem.line, problem.column, problem.message].join('\n'), problem]),
  );
  return [...distinct.values()].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
