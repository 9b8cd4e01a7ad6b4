import { UserError } from '../../text/errors.js';
import type { Interval } from './intervals.js';
import type { MeanTest } from './mean-test.js';

export interface Equivalence {
  /** The larger of the two one-sided p-values: of "at least −margin" and "at most +margin". */
  pValue: number;
  /**
   * The mean difference's interval at confidence 1 − 2α: it lies inside ±margin just when the p-value is below α. Null
   * where so few values leave it without an end.
   */
  interval: Interval | null;
}

/**
 * Two one-sided tests, TOST (Schuirmann 1987): is the mean difference inside (−margin, margin)? Only this can say "no
 * practical difference"; a large p-value of a test for a difference can't. With Student's test it is the usual TOST.
 * @param margin the smallest difference that matters, in the metric's unit, above 0
 */
export function equivalence(test: MeanTest, margin: number, alpha = 0.05): Equivalence {
  return { pValue: equivalencePValue(test, margin), interval: test.limits(alpha) };
}

/** Its p-value alone: an interval takes some fifty of them. */
export function equivalencePValue(test: MeanTest, margin: number): number {
  requireMargin(margin);
  return Math.max(test.above(-margin), test.below(margin));
}

/** @throws UserError `invalid-margin` */
export function requireMargin(margin: number): void {
  if (Number.isFinite(margin) && margin > 0) return;
  throw new UserError(`Expected a margin above 0, received ${margin}.`, {
    code: 'invalid-margin',
    hint: 'State the smallest difference that matters to you, in the unit of the metric, as in 0.002.',
  });
}
