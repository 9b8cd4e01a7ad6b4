import { requireSample } from './describe.js';

/** A variant's value for each seed it was trained with. */
export type SeedValues = ReadonlyMap<number, number>;

/** The values of a variant's runs, but for those that have none. */
export function seedValues(runs: readonly { seed: number; value: number | null }[]): Map<number, number> {
  return new Map(runs.flatMap(({ seed, value }) => (value === null ? [] : [[seed, value] as const])));
}

/** Two variants over the seeds that both have, in ascending order of seeds. */
export interface Pairs {
  seeds: number[];
  first: number[];
  second: number[];
  /** `first − second`. */
  differences: number[];
}

/**
 * Pairs two variants by seed: a seed's luck (initial weights, order of the images) is common to both, and goes out with
 * the difference.
 * @throws UserError `invalid-sample` if a value isn't finite
 */
export function pairBySeed(first: SeedValues, second: SeedValues): Pairs {
  requireSample([...first.values(), ...second.values()], 0);
  const seeds = [...first.keys()].filter((seed) => second.has(seed)).sort((a, b) => a - b);
  const valuesOf = (values: SeedValues) => seeds.flatMap((seed) => values.get(seed) ?? []);
  const pairs = { seeds, first: valuesOf(first), second: valuesOf(second) };
  return { ...pairs, differences: differencesOf(pairs.first, pairs.second) };
}

/** Pairs the first seed of one with the first of the other and so on, in ascending order, whatever their numbers are. */
export function pairInOrder(first: SeedValues, second: SeedValues): Pairs {
  const ranked = (values: SeedValues): SeedValues =>
    new Map([...values].sort(([a], [b]) => a - b).map(([, value], i) => [i, value]));
  return pairBySeed(ranked(first), ranked(second));
}

/**
 * `first − second`, where magnitudes that agree to rounding are made equal: 0.98 − 0.97 and 0.97 − 0.96 are the same
 * number of images, and tests on ranks and on signs must see a tie.
 */
function differencesOf(first: readonly number[], second: readonly number[]): number[] {
  const largest = Math.max(0, ...first.map(Math.abs), ...second.map(Math.abs));
  const tolerance = 4 * Number.EPSILON * largest;
  const differences = first.map((value, i) => value - second[i]);
  const order = [...differences.keys()].sort((a, b) => Math.abs(differences[a]) - Math.abs(differences[b]));
  let magnitude = 0;
  for (const i of order) {
    if (Math.abs(differences[i]) - magnitude > tolerance) magnitude = Math.abs(differences[i]);
    differences[i] = magnitude === 0 ? 0 : Math.sign(differences[i]) * magnitude;
  }
  return differences;
}
