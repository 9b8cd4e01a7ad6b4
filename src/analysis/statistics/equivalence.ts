import { UserError } from '../../errors.js';
import { mean, requireSample, sampleStandardDeviation } from './describe.js';
import { studentCdf, studentQuantile } from './distributions.js';
import { around, type Interval } from './intervals.js';
import { studentized } from './paired-t.js';

export interface Equivalence {
  /** The larger of the two one-sided p-values: of "at least −margin" and "at most +margin". */
  pValue: number;
  /** The mean difference's interval at confidence 1 − 2α: it lies inside ±margin just when the p-value is below α. */
  interval: Interval;
}

/**
 * Two one-sided tests, TOST (Schuirmann 1987), on paired differences: is their mean inside (−margin, margin)? Only this
 * can say "no practical difference"; a large p-value of a test for a difference can't.
 * @param differences at least two
 * @param margin the smallest difference that matters, in the metric's unit, above 0
 */
export function pairedEquivalence(differences: readonly number[], margin: number, alpha = 0.05): Equivalence {
  requireSample(differences, 2);
  requireMargin(margin);
  const n = differences.length;
  const center = mean(differences);
  const spread = sampleStandardDeviation(differences);
  // P(T ≥ t) is taken as P(T ≤ −t), which keeps the digits of small ones.
  const notBelow = studentCdf(-studentized(center + margin, spread, n), n - 1);
  const notAbove = studentCdf(studentized(center - margin, spread, n), n - 1);
  const halfWidth = (studentQuantile(1 - alpha, n - 1) * spread) / Math.sqrt(n);
  return { pValue: Math.max(notBelow, notAbove), interval: around(center, halfWidth) };
}

/** @throws UserError `invalid-margin` */
export function requireMargin(margin: number): void {
  if (Number.isFinite(margin) && margin > 0) return;
  throw new UserError(`Expected a margin above 0, received ${margin}.`, {
    code: 'invalid-margin',
    hint: 'State the smallest difference that matters to you, in the unit of the metric, as in 0.002.',
  });
}
