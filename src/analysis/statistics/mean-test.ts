import type { Interval } from './intervals.js';

/**
 * A test of where a mean difference lies, against any bound. p-value, interval and direction all come from it, so they
 * can't contradict each other: `limits(a)` leaves out a bound just when a one-sided p-value of it is below a.
 */
export interface MeanTest {
  /** The one-sided p-value of "at most this bound": small if the mean is above it. Rises with the bound. */
  above(bound: number): number;
  /** The one-sided p-value of "at least this bound": small if the mean is below it. Falls with the bound. */
  below(bound: number): number;
  /**
   * The interval at confidence 1 − 2·alpha.
   * @param alpha of each side
   * @returns null where it has no end: too few values to be so sure of anything
   */
  limits(alpha: number): Interval | null;
}

/** The p-value of "no difference". */
export function twoSided(test: MeanTest): number {
  return Math.min(1, 2 * Math.min(test.above(0), test.below(0)));
}

/** All tests are required: the largest p-value, and the interval that holds all of theirs. */
export function allRequired(tests: readonly MeanTest[]): MeanTest {
  return {
    above: (bound) => Math.max(...tests.map((test) => test.above(bound))),
    below: (bound) => Math.max(...tests.map((test) => test.below(bound))),
    limits: (alpha) => {
      const all = tests.map((test) => test.limits(alpha)).filter((interval) => interval !== null);
      if (all.length < tests.length) return null;
      return [Math.min(...all.map(([lower]) => lower)), Math.max(...all.map(([, upper]) => upper))];
    },
  };
}

/** The same test, asked to be surer: its p-values are this many times as large. @param factor at least 1 */
export function surer(test: MeanTest, factor: number): MeanTest {
  return {
    above: (bound) => Math.min(1, factor * test.above(bound)),
    below: (bound) => Math.min(1, factor * test.below(bound)),
    limits: (alpha) => test.limits(alpha / factor),
  };
}

/**
 * Only ever tells of a mean that the estimate itself lies on the same side: with it required, an interval holds its
 * estimate and a direction is the estimate's.
 */
export function sideOf(estimate: number): MeanTest {
  return {
    above: (bound) => (bound < estimate ? 0 : 1),
    below: (bound) => (bound > estimate ? 0 : 1),
    limits: () => [estimate, estimate],
  };
}
