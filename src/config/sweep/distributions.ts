import type { RandomStream } from '../../random.js';
import type { SweepNormal, SweepParameter, SweepRange } from '../schema/experiment.generated.js';
import type { Json } from '../text/tree.js';

/** A draw from a parameter's distribution, as W&B defines it. */
export function drawValue(parameter: SweepParameter, stream: RandomStream): Json {
  if ('values' in parameter) return parameter.values[drawIndex(parameter, stream)] as Json;
  if (!('min' in parameter)) return fromNormal(parameter, stream.normal());
  return fromUniform(parameter, stream.uniform());
}

/** The index of a draw from a list. */
export function drawIndex(
  { values, probabilities }: { values: unknown[]; probabilities?: number[] },
  stream: RandomStream,
): number {
  if (!probabilities) return stream.below(values.length);
  let rest = stream.uniform();
  const index = probabilities.findIndex((probability) => (rest -= probability) < 0);
  // Probabilities add up to 1 but for rounding.
  return index === -1 ? probabilities.findLastIndex((probability) => probability > 0) : index;
}

/** What can be foreseen of a range: its ends, or the median where it has none. */
export function endsOf(parameter: SweepRange | SweepNormal): number[] {
  if (!('min' in parameter)) return [fromNormal(parameter, 0)];
  const { min, max, distribution, q } = parameter;
  if (distribution.startsWith('q_')) return multiplesOf(parameter).map((k) => multiple(k, q));
  return distribution === 'log_uniform' ? [Math.exp(min), Math.exp(max)] : [min, max];
}

/** The whole numbers k that a distribution draws k·q of; `q_…` ranges keep within their ends. */
export function multiplesOf({ min, max, q = 1 }: SweepRange): [least: number, greatest: number] {
  return [Math.ceil(min / q), Math.floor(max / q)];
}

/** k·q, without the digits that binary fractions add: 3 × 0.1 is 0.3. */
export function multiple(k: number, q = 1): number {
  return Number((k * q).toPrecision(15));
}

/** @param u in [0, 1) */
function fromUniform(range: SweepRange, u: number): number {
  const { min, max, q } = range;
  switch (range.distribution) {
    case 'uniform':
      return within(min + u * (max - min), min, max);
    case 'int_uniform':
      return min + Math.floor(u * (max - min + 1));
    case 'log_uniform':
      return Math.exp(within(min + u * (max - min), min, max));
    case 'log_uniform_values':
      return between(u, min, max);
    case 'q_uniform':
      return rounded(min + u * (max - min), q, multiplesOf(range));
    case 'q_log_uniform_values':
      return rounded(between(u, min, max), q, multiplesOf(range));
  }
}

/** @param z standard normal */
export function fromNormal({ distribution, mu, sigma, q }: SweepNormal, z: number): number {
  const value = mu + sigma * z;
  if (distribution === 'log_normal') return Math.exp(value);
  return distribution === 'q_normal' ? multiple(Math.round(value / (q ?? 1)), q) : value;
}

/** Uniform in the logarithm. */
function between(u: number, min: number, max: number): number {
  const [low, high] = [Math.log(min), Math.log(max)];
  return within(Math.exp(low + u * (high - low)), min, max);
}

function rounded(value: number, q: number | undefined, [least, greatest]: [number, number]): number {
  return multiple(within(Math.round(value / (q ?? 1)), least, greatest), q);
}

function within(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
