import { mean, sampleStandardDeviation } from './describe.js';
import { studentQuantile } from './distributions.js';
import { around, type Interval } from './intervals.js';

/** How an effect varies from group to group, as far as it isn't the noise within them. */
export interface BetweenGroups {
  /** The standard deviation of the groups' true effects. */
  standardDeviation: number;
  /** Each group's effect, drawn to the mean by how little its own values say. */
  shrunk: number[];
  /** Holds the effect in one more such group: 95 %. Null below three groups. */
  next: Interval | null;
}

/**
 * A two-level model, value = mean + group + noise, its variance between groups by the method of moments (Hedges and Olkin,
 * 1985: the variance of the groups' means less the mean variance of such a mean, at least 0), its groups' effects by
 * empirical Bayes (Morris, 1983). The interval for one more group is Student's for a further value (Higgins, Thompson and
 * Spiegelhalter, 2009), each group counting the same.
 * @param groups values of each, at least two groups; one of a single value has no variance of its own
 */
export function betweenGroups(groups: readonly (readonly number[])[]): BetweenGroups {
  const means = groups.map((values) => mean(values));
  const center = mean(means);
  const noise = groups.map((values) => (values.length < 2 ? 0 : sampleStandardDeviation(values) ** 2 / values.length));
  const spread = sampleStandardDeviation(means);
  const variance = Math.max(0, spread ** 2 - mean(noise));
  const weightOf = (own: number): number => (variance + own === 0 ? 1 : variance / (variance + own));
  const count = groups.length;
  return {
    standardDeviation: Math.sqrt(variance),
    shrunk: means.map((own, i) => center + weightOf(noise[i]) * (own - center)),
    next: count < 3 ? null : around(center, studentQuantile(0.975, count - 1) * spread * Math.sqrt(1 + 1 / count)),
  };
}
