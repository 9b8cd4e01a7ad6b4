import { mean, requireSample, sampleStandardDeviation } from './describe.js';
import type { MeanTest } from './mean-test.js';
import { estimateTest } from './paired-t.js';

/**
 * Welch's t test (1947) of two independent samples, whose variances may differ, with Satterthwaite's degrees of freedom:
 * of the first's mean less the second's, as a test of any bound. As SciPy's `ttest_ind(equal_var=False)`.
 * @param first at least two values @param second at least two values
 */
export function welchTest(first: readonly number[], second: readonly number[]): MeanTest {
  requireSample(first, 2);
  requireSample(second, 2);
  const parts = [first, second].map((values) => ({
    variance: sampleStandardDeviation(values) ** 2 / values.length,
    freedom: values.length - 1,
  }));
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  const weights = parts.reduce((sum, part) => sum + part.variance ** 2 / part.freedom, 0);
  const degreesOfFreedom = variance === 0 ? first.length + second.length - 2 : variance ** 2 / weights;
  return estimateTest(mean(first) - mean(second), Math.sqrt(variance), degreesOfFreedom);
}
