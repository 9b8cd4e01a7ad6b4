import { effectSize, type EffectSize } from './statistics/effect-size.js';
import { pairedEquivalence, type Equivalence } from './statistics/equivalence.js';
import { tInterval, type Interval } from './statistics/intervals.js';
import { pairedT } from './statistics/paired-t.js';
import type { Pairs } from './statistics/pairing.js';
import { signFlipTest } from './statistics/permutation.js';
import { seedsForDifference, seedsForEquivalence, type ExpectedDifference } from './statistics/power.js';
import { confidenceSequence, decideSequentially, seedsForDecision } from './statistics/sequential.js';
import { mean, sampleStandardDeviation } from './statistics/describe.js';
import { wilcoxonSignedRank } from './statistics/wilcoxon.js';

/**
 * What a comparison of two variants comes to: their metric differs, does not differ in practice (inside the margin), is
 * the same number for every seed, or it can't be told yet.
 */
export type Verdict = 'different' | 'equivalent' | 'identical' | 'undecided';

/** How a family of comparisons is judged. */
export interface Judgement {
  /** The chance of any false difference in the family, and of any false equivalence. */
  alpha: number;
  /** With which chance the seeds that are asked for should decide. */
  power: number;
  /** The smallest difference that matters; null if none was stated. */
  margin: number | null;
  /** Whether seeds were added in view of the results. */
  sequential: boolean;
}

/** Evidence on two variants over the seeds that both have. */
export interface Evidence {
  /** How many seeds both have. */
  seeds: number;
  /** The mean of first − second; null without a shared seed. */
  difference: number | null;
  /** Of the difference, at confidence 1 − α; a confidence sequence if sequential. Null while it can't be known. */
  interval: Interval | null;
  /** Of the hypothesis that there is no difference; before any adjustment for the family. */
  pValue: number | null;
  /** For comparison, from tests that assume no normal distribution; null below two seeds. */
  wilcoxonPValue: number | null;
  signFlipPValue: number | null;
  /** Null below two seeds or where the differences don't vary. */
  effect: EffectSize | null;
  /** TOST; null without a margin, below two seeds, or if sequential. */
  equivalence: Equivalence | null;
}

/** Fewer seeds than this decide nothing: two agree too easily. */
export const FEWEST_SEEDS = 3;
/** An estimate of more seeds than this is no help. */
export const MOST_SUGGESTED_SEEDS = 1000;

/**
 * Gathers what the shared seeds tell.
 * @param comparisons the size of the family, for the e-values of sequential comparisons
 */
export function gatherEvidence(pairs: Pairs, judgement: Judgement, comparisons: number): Evidence {
  const { differences } = pairs;
  const seeds = differences.length;
  const isTestable = seeds >= 2;
  return {
    seeds,
    difference: seeds === 0 ? null : mean(differences),
    interval: isTestable ? intervalOf(differences, judgement, comparisons) : null,
    pValue: isTestable ? pValueOf(differences, judgement) : null,
    wilcoxonPValue: isTestable ? wilcoxonSignedRank(differences).pValue : null,
    signFlipPValue: isTestable ? signFlipTest(differences).pValue : null,
    effect: isTestable ? effectSize(pairs, 1 - judgement.alpha) : null,
    equivalence:
      isTestable && judgement.margin !== null && !judgement.sequential
        ? pairedEquivalence(differences, judgement.margin, judgement.alpha)
        : null,
  };
}

function intervalOf(differences: readonly number[], { alpha, sequential }: Judgement, comparisons: number) {
  if (sequential) return confidenceSequence(differences, alpha / comparisons).interval;
  return tInterval(differences, 1 - alpha);
}

function pValueOf(differences: readonly number[], { sequential }: Judgement): number {
  if (sequential) return anytimePValue(differences);
  const { statistic, pValue } = pairedT(differences);
  // Differences that all agree to the last image only show that images are counted in whole numbers: the t test would be
  // infinitely sure. Their signs are what is known.
  return Number.isFinite(statistic) ? pValue : signFlipTest(differences).pValue;
}

/** 1 over the largest e-value so far is a p-value at every moment (Ville's inequality). */
function anytimePValue(differences: readonly number[]): number {
  const eValues = differences.map((_, i) => confidenceSequence(differences.slice(0, i + 1)).eValue);
  return Math.min(1, 1 / Math.max(...eValues));
}

/** Both p-values after Holm's adjustment within their families. */
export interface AdjustedPValues {
  difference: number | null;
  equivalence: number | null;
}

/** The verdict of one comparison. A difference within the margin, however sure, is no practical one. */
export function judge(
  differences: readonly number[],
  adjusted: AdjustedPValues,
  { alpha, margin, sequential }: Judgement,
  comparisons: number,
): Verdict {
  if (differences.length < FEWEST_SEEDS) return 'undecided';
  if (differences.every((difference) => difference === 0)) return 'identical';
  if (sequential) return decideSequentially(differences, { alpha, margin: margin ?? undefined, comparisons });
  if (adjusted.equivalence !== null && adjusted.equivalence < alpha) return 'equivalent';
  return adjusted.difference !== null && adjusted.difference < alpha ? 'different' : 'undecided';
}

/**
 * About how many seeds more would decide it, if the difference and its spread are what they now seem: by a test for a
 * difference or, inside a margin, for equivalence, at Bonferroni's share of α.
 * @returns at least 1; null if more than 1,000
 */
export function seedsMissing(differences: readonly number[], judgement: Judgement, comparisons: number): number | null {
  const seeds = differences.length;
  if (seeds < FEWEST_SEEDS) return FEWEST_SEEDS - seeds;
  const expected = { difference: mean(differences), standardDeviation: sampleStandardDeviation(differences) };
  const needed = judgement.sequential
    ? seedsForDecision(expected, { alpha: judgement.alpha, margin: judgement.margin ?? 0, comparisons })
    : seedsNeeded(expected, judgement, comparisons);
  if (needed === null || needed - seeds > MOST_SUGGESTED_SEEDS) return null;
  return Math.max(1, needed - seeds);
}

function seedsNeeded(
  expected: ExpectedDifference,
  { alpha, power, margin }: Judgement,
  comparisons: number,
): number | null {
  const options = { alpha: alpha / comparisons, power };
  const needed = [
    expected.standardDeviation === 0 ? coinsNeeded(options.alpha) : seedsForDifference(expected, options),
    margin === null ? null : seedsForEquivalence(expected, margin, options),
  ].filter((count) => count !== null);
  return needed.length === 0 ? null : Math.min(...needed);
}

/** The n from which on equal signs have a sign-flip p-value, 2 / 2^n, below α. */
function coinsNeeded(alpha: number): number {
  return Math.floor(Math.log2(2 / alpha)) + 1;
}
