import { noncentralTCdf, normalCdf, normalQuantile, scaleExpectationUpTo, studentQuantile } from './distributions.js';
import { requireMargin } from './equivalence.js';

/** What is expected of the paired differences, in the metric's unit. */
export interface ExpectedDifference {
  difference: number;
  /** Of the paired differences. */
  standardDeviation: number;
}

export interface PowerOptions {
  /** The two-sided test's, or each one-sided test's of an equivalence. */
  alpha?: number;
  power?: number;
}

/** More seeds than anyone will train: the search ends here. */
export const MOST_SEEDS = 100_000;

/**
 * Where t must be larger than this (with two or three seeds in a large family of tests), nothing real is found: the power
 * counts as 0, and its integral, which would take ever finer steps, isn't computed.
 */
const HOPELESS_T = 1000;

/**
 * The chance that a two-sided paired t test of n seeds finds the difference, from the noncentral t distribution; as
 * statsmodels' `TTestPower`.
 * @param n at least 2
 */
export function pairedPower(n: number, { difference, standardDeviation }: ExpectedDifference, alpha = 0.05): number {
  if (standardDeviation === 0) return difference === 0 ? alpha : 1;
  const noncentrality = (difference / standardDeviation) * Math.sqrt(n);
  const critical = studentQuantile(1 - alpha / 2, n - 1);
  if (critical > HOPELESS_T) return 0;
  // Both tails as lower ones, by T(δ) = −T(−δ).
  return noncentralTCdf(-critical, n - 1, noncentrality) + noncentralTCdf(-critical, n - 1, -noncentrality);
}

/**
 * The chance that TOST on n seeds declares equivalence (Owen 1965, integrated over the sample's standard deviation).
 * @param n at least 2
 */
export function equivalencePower(
  n: number,
  { difference, standardDeviation }: ExpectedDifference,
  margin: number,
  alpha = 0.05,
): number {
  requireMargin(margin);
  if (standardDeviation === 0) return Math.abs(difference) < margin ? 1 : 0;
  const critical = studentQuantile(1 - alpha, n - 1);
  if (critical > HOPELESS_T) return 0;
  const standardError = standardDeviation / Math.sqrt(n);
  const upper = (margin - difference) / standardError;
  const lower = (-margin - difference) / standardError;
  const sharpness = critical + Math.abs(upper) + Math.abs(lower);
  // With a larger standard deviation the interval is wider than the margins are apart.
  const end = (upper - lower) / (2 * critical);
  return scaleExpectationUpTo(
    end,
    n - 1,
    sharpness,
    (scale) => normalCdf(upper - critical * scale) - normalCdf(lower + critical * scale),
  );
}

/**
 * The seeds that a paired comparison needs to find a difference.
 * @returns at least 2; null if more than 100,000
 */
export function seedsForDifference(
  expected: ExpectedDifference,
  { alpha = 0.05, power = 0.8 }: PowerOptions = {},
): number | null {
  // With a known standard deviation fewer would do: where the search begins.
  const effect = Math.abs(expected.difference) / expected.standardDeviation;
  const least = ((normalQuantile(1 - alpha / 2) + normalQuantile(power)) / effect) ** 2;
  if (least > MOST_SEEDS) return null;
  return smallest((n) => pairedPower(n, expected, alpha) >= power, Math.max(2, Math.floor(least) - 1));
}

/**
 * The seeds that TOST needs to declare equivalence.
 * @returns at least 2; null if more than 100,000, as where the difference is at the margin or beyond
 */
export function seedsForEquivalence(
  expected: ExpectedDifference,
  margin: number,
  { alpha = 0.05, power = 0.8 }: PowerOptions = {},
): number | null {
  return smallest((n) => equivalencePower(n, expected, margin, alpha) >= power);
}

/** The smallest n from a first one on that is enough, where more are enough too: doubled until enough, then halved in. */
function smallest(isEnough: (n: number) => boolean, first = 2): number | null {
  let enough = first;
  while (!isEnough(enough)) {
    if (enough >= MOST_SEEDS) return null;
    enough = Math.min(2 * enough, MOST_SEEDS);
  }
  let tooFew = enough === first ? first - 1 : Math.max(first, Math.floor(enough / 2));
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
