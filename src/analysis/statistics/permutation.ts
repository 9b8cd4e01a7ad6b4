import { randomStream, type RandomStream } from '../../random.js';
import { requireSample } from './describe.js';

export interface SignFlip {
  n: number;
  /** Two-sided. */
  pValue: number;
  exact: boolean;
}

/** 2^16 sign patterns are counted in a millisecond. */
const LARGEST_EXACT = 16;

/**
 * The sign-flip permutation test of paired differences (Fisher 1935): how often random signs give a mean as far from
 * zero. It assumes only that a difference is as likely positive as negative; its p-value can't fall below 2 / 2^n.
 * Exact up to 16 differences; beyond, `resamples` random patterns, the observed one counted with them (Phipson and Smyth,
 * "Permutation p-values should never be zero", 2010).
 */
export function signFlipTest(
  differences: readonly number[],
  {
    resamples = 9999,
    stream = randomStream(0, 'analysis/sign-flip'),
  }: { resamples?: number; stream?: RandomStream } = {},
): SignFlip {
  requireSample(differences, 1);
  const n = differences.length;
  const threshold = extremeFrom(differences);
  if (n <= LARGEST_EXACT) {
    return { n, pValue: countExtreme(differences, 0, 0, threshold) / 2 ** n, exact: true };
  }
  let extreme = 1;
  for (let i = 0; i < resamples; i++) if (Math.abs(flippedSum(differences, stream)) >= threshold) extreme++;
  return { n, pValue: extreme / (resamples + 1), exact: false };
}

/** The observed |sum|, less the rounding that sums of the same numbers in another order differ by. */
function extremeFrom(differences: readonly number[]): number {
  const sum = differences.reduce((total, difference) => total + difference, 0);
  const magnitude = differences.reduce((total, difference) => total + Math.abs(difference), 0);
  return Math.abs(sum) - 1e-13 * magnitude;
}

/** Of all signs of the differences from `position` on, those that bring the sum to the threshold or beyond. */
function countExtreme(differences: readonly number[], position: number, sum: number, threshold: number): number {
  if (position === differences.length) return Math.abs(sum) >= threshold ? 1 : 0;
  const plus = countExtreme(differences, position + 1, sum + differences[position], threshold);
  return plus + countExtreme(differences, position + 1, sum - differences[position], threshold);
}

function flippedSum(differences: readonly number[], stream: RandomStream): number {
  let sum = 0;
  for (let i = 0, bits = 0; i < differences.length; i++, bits >>>= 1) {
    if (i % 32 === 0) bits = stream.uint32();
    sum += bits & 1 ? differences[i] : -differences[i];
  }
  return sum;
}
