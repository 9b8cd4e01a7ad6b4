import { mean, requireSample, sampleStandardDeviation } from './describe.js';
import { studentCdf, studentQuantile, studentTwoSided } from './distributions.js';
import { around, type Interval } from './intervals.js';
import type { MeanTest } from './mean-test.js';

export interface PairedT {
  n: number;
  meanDifference: number;
  standardDeviation: number;
  degreesOfFreedom: number;
  /** t; ±Infinity where all differences are the same and not zero. */
  statistic: number;
  /** Two-sided. */
  pValue: number;
  /** Of the mean difference. */
  interval: Interval;
}

/**
 * Student's t test of paired differences against zero. Differences that are all zero give t = 0 and p = 1.
 * @param differences at least two
 */
export function pairedT(differences: readonly number[], confidence = 0.95): PairedT {
  requireSample(differences, 2);
  const degreesOfFreedom = differences.length - 1;
  const meanDifference = mean(differences);
  const standardDeviation = sampleStandardDeviation(differences);
  const statistic = studentized(meanDifference, standardDeviation, differences.length);
  const critical = studentQuantile((1 + confidence) / 2, degreesOfFreedom);
  return {
    n: differences.length,
    meanDifference,
    standardDeviation,
    degreesOfFreedom,
    statistic,
    pValue: studentTwoSided(statistic, degreesOfFreedom),
    interval: around(meanDifference, (critical * standardDeviation) / Math.sqrt(differences.length)),
  };
}

/** A mean in units of its standard error; 0 / 0 is 0. */
export function studentized(center: number, standardDeviation: number, n: number): number {
  return center === 0 ? 0 : center / (standardDeviation / Math.sqrt(n));
}

/**
 * Student's t test as a test of any bound.
 * @param differences at least two
 */
export function studentTest(differences: readonly number[]): MeanTest {
  requireSample(differences, 2);
  const n = differences.length;
  return estimateTest(mean(differences), sampleStandardDeviation(differences) / Math.sqrt(n), n - 1);
}

/** Of an estimate that is, in units of its standard error, distributed as Student's t. */
export function estimateTest(estimate: number, standardError: number, degreesOfFreedom: number): MeanTest {
  const tail = (distance: number): number =>
    studentCdf(distance === 0 ? 0 : distance / standardError, degreesOfFreedom);
  return {
    // P(T ≥ t) is taken as P(T ≤ −t), which keeps the digits of small ones.
    above: (bound) => tail(bound - estimate),
    below: (bound) => tail(estimate - bound),
    limits: (alpha) => around(estimate, -studentQuantile(alpha, degreesOfFreedom) * standardError),
  };
}
