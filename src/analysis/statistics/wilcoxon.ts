import { requireSample } from './describe.js';
import { normalCdf } from './distributions.js';

export interface Wilcoxon {
  /** The differences that aren't zero. */
  n: number;
  /** The smaller of the two sums of ranks. */
  statistic: number;
  /** Two-sided. */
  pValue: number;
  exact: boolean;
}

/** Up to here counts of sign patterns (2^n) are exact integers in floating point. */
const LARGEST_EXACT = 50;

/**
 * Wilcoxon's signed-rank test (1945) of paired differences. Zeros are dropped (Wilcoxon's own rule, the default of SciPy)
 * and ties share their mean rank. Up to 50 differences the p-value is exact, ties or not: the distribution over all sign
 * patterns of these very ranks. Beyond, it is the normal approximation, corrected for ties. (SciPy approximates with
 * ties already from 14 on; elsewhere the two agree.)
 */
export function wilcoxonSignedRank(differences: readonly number[]): Wilcoxon {
  requireSample(differences, 1);
  const nonzero = differences.filter((difference) => difference !== 0);
  const n = nonzero.length;
  const ranks = meanRanks(nonzero.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => (nonzero[i] > 0 ? sum + rank : sum), 0);
  const statistic = Math.min(positive, (n * (n + 1)) / 2 - positive);
  const exact = n <= LARGEST_EXACT;
  const lowerTail = exact ? exactLowerTail(ranks, statistic) : approximateLowerTail(ranks, statistic);
  return { n, statistic, pValue: Math.min(1, 2 * lowerTail), exact };
}

/** Ranks from 1 on; equal values share the mean of theirs. */
export function meanRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

/** P(sum of the positive ranks ≤ statistic) when every sign is a fair coin. */
function exactLowerTail(ranks: readonly number[], statistic: number): number {
  // Mean ranks are multiples of a half: twice them index the sums. patterns[s]: sign patterns whose sum is s.
  const patterns = new Float64Array(ranks.length * (ranks.length + 1) + 1);
  patterns[0] = 1;
  for (const rank of ranks) {
    for (let sum = patterns.length - 1; sum >= 2 * rank; sum--) patterns[sum] += patterns[sum - 2 * rank];
  }
  const atMost = patterns.subarray(0, 2 * statistic + 1).reduce((sum, count) => sum + count, 0);
  return atMost / 2 ** ranks.length;
}

function approximateLowerTail(ranks: readonly number[], statistic: number): number {
  // The variance of a fair sign times a rank is rank² / 4; squares of mean ranks hold the correction for ties.
  const variance = ranks.reduce((sum, rank) => sum + rank ** 2, 0) / 4;
  const expected = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  return normalCdf((statistic - expected) / Math.sqrt(variance));
}
