import { isDeepStrictEqual } from 'node:util';
import type { SweepNormal, SweepParameter, SweepRange } from '../config/schema/experiment.generated.js';
import type { Axis } from '../config/sweep/axes.js';
import type { Values } from '../config/sweep/conditions.js';
import { fromNormal, multiple, multiplesOf } from '../config/sweep/distributions.js';
import type { Json } from '../config/text/tree.js';

/** What Optuna searches in the place of a parameter, whose values may be of any type. */
export type SearchSpace =
  /** The index of a value. */
  | { kind: 'categorical'; count: number }
  | { kind: 'int' | 'float'; low: number; high: number; log: boolean }
  /** A standard normal number. */
  | { kind: 'normal' };

/** What Optuna knows an axis by. */
export function axisName({ keys }: Axis): string {
  return keys.join('|');
}

export function spaceOf({ parameters: [first] }: Axis): SearchSpace {
  if ('values' in first) return { kind: 'categorical', count: first.values.length };
  return 'min' in first ? rangeSpace(first) : { kind: 'normal' };
}

/** The values of an axis, of those of its parameters that are there, for a number that Optuna suggests. */
export function valuesFrom({ keys, parameters }: Axis, there: readonly number[], suggested: number): Values {
  return Object.fromEntries(there.map((index) => [keys[index], valueFrom(parameters[index], suggested)]));
}

/** The number that stands for the values of an axis; undefined if it can't have them, or none of it is there. */
export function numberFor({ keys, parameters }: Axis, values: Values): number | undefined {
  const there = [...keys.keys()].filter((index) => Object.hasOwn(values, keys[index]));
  if (there.length === 0) return undefined;
  const [first] = parameters;
  if (!('values' in first)) {
    const value = values[keys[0]];
    return typeof value === 'number' ? numberOf(first, value) : undefined;
  }
  const has = (i: number) =>
    there.every((index) => isDeepStrictEqual(listOf(parameters[index])[i], values[keys[index]]));
  return [...first.values.keys()].find(has);
}

function rangeSpace(range: SweepRange): SearchSpace {
  const { min, max } = range;
  const [least, greatest] = multiplesOf(range);
  switch (range.distribution) {
    case 'uniform':
      return { kind: 'float', low: min, high: max, log: false };
    case 'int_uniform':
      return { kind: 'int', low: min, high: max, log: false };
    case 'log_uniform':
      return { kind: 'float', low: Math.exp(min), high: Math.exp(max), log: true };
    case 'log_uniform_values':
      return { kind: 'float', low: min, high: max, log: true };
    case 'q_uniform':
      return { kind: 'int', low: least, high: greatest, log: false };
    case 'q_log_uniform_values':
      // 0 has no logarithm: the least value is q itself.
      return { kind: 'int', low: Math.max(1, least), high: Math.max(1, greatest), log: true };
  }
}

function valueFrom(parameter: SweepParameter, suggested: number): Json {
  if ('values' in parameter) return listOf(parameter)[suggested];
  if (!('min' in parameter)) return fromNormal(parameter, suggested);
  return parameter.distribution.startsWith('q_') ? multiple(suggested, parameter.q) : suggested;
}

function numberOf(parameter: SweepRange | SweepNormal, value: number): number | undefined {
  const { distribution, q = 1 } = parameter;
  if (!('min' in parameter)) {
    const normal = distribution === 'log_normal' ? Math.log(value) : value;
    return (normal - parameter.mu) / parameter.sigma;
  }
  const number = distribution.startsWith('q_') ? Math.round(value / q) : value;
  const { kind, low, high } = rangeSpace(parameter) as { kind: string; low: number; high: number };
  const isPossible = number >= low && number <= high && (kind === 'float' || Number.isInteger(number));
  return isPossible ? number : undefined;
}

function listOf(parameter: SweepParameter): Json[] {
  return 'values' in parameter ? (parameter.values as Json[]) : [];
}
