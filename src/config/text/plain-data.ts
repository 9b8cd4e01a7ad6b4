import { LIMITS } from './parse.js';
import type { Path, ProblemDetails } from './problems.js';
import type { Json } from './tree.js';

/** What of an object no file could hold. */
export interface Misfit {
  path: Path;
  details: ProblemDetails;
}

/** An object of a program as a file could hold it. */
export interface PlainData {
  data: Json;
  /** Where it has null instead of what no file could hold. */
  misfits: Misfit[];
}

/** Properties that are `undefined` are left out, as `JSON.stringify` does; what else is no JSON is told. */
export function plainData(value: unknown): PlainData {
  const misfits: Misfit[] = [];
  return { data: plain(value, [], misfits), misfits };
}

function plain(value: unknown, path: Path, misfits: Misfit[]): Json {
  const refuse = (details: ProblemDetails): null => {
    misfits.push({ path, details });
    return null;
  };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    return refuse({ code: 'wrong-value', message: `${value} is no number that can be kept`, received: String(value) });
  }
  // An object that holds itself has no end.
  if (path.length > LIMITS.depth) return refuse({ code: 'too-complex', message: `more than ${LIMITS.depth} levels` });
  if (Array.isArray(value)) return value.map((item, i) => plain(item, [...path, i], misfits));
  if (typeof value !== 'object' || !isPlain(value)) {
    const hint = value instanceof Promise ? '`await` it first' : undefined;
    return refuse({ code: 'wrong-type', message: `${kindOf(value)} in an experiment`, expected: 'plain data', hint });
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner, [...path, key], misfits)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also of another realm, as of test runners: an object whose prototype has none.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an instance of ${value.constructor.name}`;
  const type = typeof value;
  return type === 'undefined' ? 'undefined' : `a ${type}`;
}
