import { incompleteBeta, logGamma } from './distributions.js';
import type { Interval } from './intervals.js';

/** A term of an analysis of variance, or its residual. */
export interface Part {
  degreesOfFreedom: number;
  sumOfSquares: number;
}

/** The share of the variance of runs that a term explains. */
export interface Explained {
  /** Omega squared: without the share that noise would seem to explain. In [0, 1]. */
  share: number;
  /** At 95 %; null for terms of enormous effect. */
  interval: Interval | null;
}

/**
 * Omega squared of each term (Hays 1963): (SS − df · MS) / (SS of all + MS), where MS is the residual's mean square. A
 * plain share of the sum of squares is above zero without any effect: on a grid of nothing but noise its terms share out
 * all of the variance between means. The interval is that of the noncentral F distribution (Steiger, "Beyond the F test",
 * 2004), with the other terms as they were estimated.
 * @param residual with at least one degree of freedom, and above zero
 * @param runs how many values there are
 */
export function explainedShares(terms: readonly Part[], residual: Part, runs: number): Explained[] {
  const noise = residual.sumOfSquares / residual.degreesOfFreedom;
  const all = terms.reduce((sum, { sumOfSquares }) => sum + sumOfSquares, residual.sumOfSquares);
  const excess = terms.map((term) => Math.max(0, term.sumOfSquares / noise - term.degreesOfFreedom));
  const total = excess.reduce((sum, each) => sum + each, 0);
  return terms.map((term, i) => {
    const others = total - excess[i] + runs;
    const limits = noncentralityLimits(term.sumOfSquares / noise, term.degreesOfFreedom, residual.degreesOfFreedom);
    return {
      share: Math.max(0, (term.sumOfSquares - term.degreesOfFreedom * noise) / (all + noise)),
      interval: limits && [limits[0] / (limits[0] + others), limits[1] / (limits[1] + others)],
    };
  });
}

/** Of larger effects the interval is of no interest, and takes long. */
const MOST_NONCENTRALITY = 1e5;

/** The noncentralities under which the observed ratio lies at the outer 2.5 %. @param ratio df · F */
function noncentralityLimits(ratio: number, numerator: number, denominator: number): Interval | null {
  if (numerator === 0 || ratio > MOST_NONCENTRALITY) return null;
  const at = (probability: number): number => {
    // The distribution function at the observed F falls as the noncentrality grows.
    const cdf = (noncentrality: number) => noncentralFCdf(ratio / numerator, numerator, denominator, noncentrality);
    if (cdf(0) <= probability) return 0;
    let [low, high] = [0, ratio + 10];
    while (cdf(high) > probability) [low, high] = [high, 2 * high];
    while (high - low > 1e-9 * (1 + high)) {
      const middle = (low + high) / 2;
      if (cdf(middle) > probability) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return [at(0.975), at(0.025)];
}

/** A Poisson weight below this is nothing. */
const NEGLIGIBLE = 1e-17;

/**
 * P(F ≤ f) of the noncentral F distribution: the mean of beta distribution functions over a Poisson number (Johnson, Kotz
 * and Balakrishnan 1995, chapter 30), summed outwards from the likeliest.
 */
export function noncentralFCdf(f: number, numerator: number, denominator: number, noncentrality: number): number {
  const x = (numerator * f) / (numerator * f + denominator);
  const mean = noncentrality / 2;
  const valueAt = (count: number): number => incompleteBeta(numerator / 2 + count, denominator / 2, x);
  if (mean === 0) return valueAt(0);
  const weightAt = (count: number): number => Math.exp(count * Math.log(mean) - mean - logGamma(count + 1));
  const peak = Math.floor(mean);
  let sum = 0;
  for (let count = peak, weight = weightAt(count); weight > NEGLIGIBLE; weight = weightAt(++count)) {
    sum += weight * valueAt(count);
  }
  for (let count = peak - 1; count >= 0; count--) {
    const weight = weightAt(count);
    if (weight <= NEGLIGIBLE) break;
    sum += weight * valueAt(count);
  }
  return sum;
}
