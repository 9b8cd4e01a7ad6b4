import { mean, requireSample, sampleStandardDeviation } from './describe.js';
import { studentQuantile, studentTwoSided } from './distributions.js';
import { around, type Interval } from './intervals.js';
import { studentized } from './paired-t.js';

export interface CorrectedT {
  /** Of the mean difference. */
  interval: Interval;
  pValue: number;
}

/**
 * The corrected resampled t test of Nadeau and Bengio ("Inference for the generalization error", 2003): what differences
 * measured on several splits of the same data say of new data of this kind. Splits share training samples, so their
 * differences vary less than those on new data would: the variance of their mean counts as s² (1/J + n₂/n₁), with J
 * differences and n₂ validation samples for n₁ training samples, where the naive one is s²/J. Of k folds × seeds (Bouckaert
 * and Frank 2004) n₂/n₁ is 1/(k − 1).
 * @param differences of each split, at least two
 * @param share n₂/n₁: validation samples for each training sample, above 0
 */
export function correctedT(differences: readonly number[], share: number, confidence = 0.95): CorrectedT {
  requireSample(differences, 2);
  const n = differences.length;
  const center = mean(differences);
  const spread = sampleStandardDeviation(differences);
  // As of this many independent ones.
  const effective = 1 / (1 / n + share);
  const statistic = studentized(center, spread, effective);
  const halfWidth = (studentQuantile((1 + confidence) / 2, n - 1) * spread) / Math.sqrt(effective);
  return { interval: around(center, halfWidth), pValue: studentTwoSided(statistic, n - 1) };
}
