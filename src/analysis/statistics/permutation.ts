import { randomStream, type RandomStream } from '../../random.js';
import { mean, requireSample } from './describe.js';
import type { Interval } from './intervals.js';
import { type MeanTest, twoSided } from './mean-test.js';

export interface SignFlip {
  n: number;
  /** Two-sided. */
  pValue: number;
  exact: boolean;
}

export interface PermutationOptions {
  /** How many random permutations stand for all, where those are too many. */
  resamples?: number;
  stream?: RandomStream;
}

/** So many permutations are counted in a millisecond. */
const MOST_EXACT = 2 ** 16;

/**
 * The sign-flip permutation test of paired differences (Fisher 1935): how often random signs give a mean as far from
 * zero. It assumes only that a difference is as likely positive as negative; its p-value can't fall below 2 / 2^n.
 * Exact up to 16 differences; beyond, `resamples` random patterns, the observed one counted with them (Phipson and Smyth,
 * "Permutation p-values should never be zero", 2010).
 */
export function signFlipTest(differences: readonly number[], options: PermutationOptions = {}): SignFlip {
  const n = differences.length;
  return { n, pValue: twoSided(signFlips(differences, options)), exact: 2 ** n <= MOST_EXACT };
}

/**
 * Sign flips as a test of any bound. To flip the signs of some differences, less the bound, leaves their sum as large
 * just when the mean of those that were flipped is at most the bound. So the means of all subsets ("typical values",
 * Hartigan, "Using subsample values as typical values", 1969) hold the p-value of every bound, and the interval.
 */
export function signFlips(
  differences: readonly number[],
  { resamples = 9999, stream = randomStream(0, 'analysis/sign-flip') }: PermutationOptions = {},
): MeanTest {
  requireSample(differences, 1);
  const means = 2 ** differences.length <= MOST_EXACT ? subsetMeans(differences) : null;
  return typicalTest(means ?? randomSubsetMeans(differences, resamples, stream), largestOf(differences));
}

/**
 * The permutation test of two independent samples (Fisher 1935; Pitman 1937) as a test of any bound for the difference of
 * their means. To exchange some values of the first for as many of the second leaves the difference as large just when
 * the mean of those that leave, less the mean of those that come, is at most the bound. Exact under equal distributions.
 */
export function exchanges(
  first: readonly number[],
  second: readonly number[],
  { resamples = 9999, stream = randomStream(0, 'analysis/exchange') }: PermutationOptions = {},
): MeanTest {
  requireSample([...first, ...second], 2);
  const largest = largestOf([...first, ...second]);
  const total = binomial(first.length + second.length, first.length);
  if (total <= MOST_EXACT) return typicalTest(exchangedMeans(first, second), largest);
  return typicalTest(randomExchangedMeans(first, second, resamples, stream), largest);
}

/** @param values of every permutation but the one that was observed @param largest of all magnitudes, for rounding */
function typicalTest(values: Float64Array, largest: number): MeanTest {
  const total = values.length + 1;
  const rounding = 1e-13 * largest;
  const share = (isAtLeast: (value: number) => boolean): number => {
    let count = 1;
    for (const value of values) if (isAtLeast(value)) count++;
    return count / total;
  };
  // An end that is zero but for rounding is zero, as it is for p-values.
  const withoutRounding = (end: number): number => (Math.abs(end) <= rounding ? 0 : end);
  let ascending: Float64Array | null = null;
  return {
    above: (bound) => share((value) => value <= bound + rounding),
    below: (bound) => share((value) => value >= bound - rounding),
    limits: (alpha): Interval | null => {
      // So many values beyond the end have a p-value of alpha or more.
      const outside = Math.ceil(alpha * total * (1 - Number.EPSILON)) - 1;
      if (outside < 1) return null;
      ascending ??= values.toSorted();
      return [withoutRounding(ascending[outside - 1]), withoutRounding(ascending[ascending.length - outside])];
    },
  };
}

function largestOf(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

/** The mean of every subset but the empty one. */
function subsetMeans(values: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** values.length);
  const sizes = new Uint8Array(sums.length);
  values.forEach((value, i) => {
    const half = 2 ** i;
    for (let subset = 0; subset < half; subset++) {
      sums[half + subset] = sums[subset] + value;
      sizes[half + subset] = sizes[subset] + 1;
    }
  });
  return sums.subarray(1).map((sum, i) => sum / sizes[i + 1]);
}

function randomSubsetMeans(values: readonly number[], resamples: number, stream: RandomStream): Float64Array {
  return Float64Array.from({ length: resamples }, () => {
    for (;;) {
      let [sum, size] = [0, 0];
      for (let i = 0, bits = 0; i < values.length; i++, bits >>>= 1) {
        if (i % 32 === 0) bits = stream.uint32();
        if (bits & 1) [sum, size] = [sum + values[i], size + 1];
      }
      // Where no sign is flipped it is the observed permutation, which is counted already.
      if (size > 0) return sum / size;
    }
  });
}

/** Of every choice of a first sample but the observed one. */
function exchangedMeans(first: readonly number[], second: readonly number[]): Float64Array {
  const all = [...first, ...second];
  const found: number[] = [];
  const choose = (position: number, left: number[], came: number[], room: number): void => {
    if (position === all.length) {
      if (came.length > 0) found.push(mean(left) - mean(came));
      return;
    }
    const isFirst = position < first.length;
    const value = all[position];
    if (room > 0) choose(position + 1, left, isFirst ? came : [...came, value], room - 1);
    if (all.length - position > room) choose(position + 1, isFirst ? [...left, value] : left, came, room);
  };
  choose(0, [], [], first.length);
  return Float64Array.from(found);
}

function randomExchangedMeans(
  first: readonly number[],
  second: readonly number[],
  resamples: number,
  stream: RandomStream,
): Float64Array {
  const order = Array.from({ length: first.length + second.length }, (_, i) => i);
  return Float64Array.from({ length: resamples }, () => {
    for (;;) {
      const chosen = new Set(stream.shuffle(order).slice(0, first.length));
      const came = second.filter((_, i) => chosen.has(first.length + i));
      if (came.length > 0) return mean(first.filter((_, i) => !chosen.has(i))) - mean(came);
    }
  });
}

function binomial(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return count;
}
