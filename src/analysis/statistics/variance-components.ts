import { anova, type Observation } from './anova.js';
import { mean } from './describe.js';
import { chiSquareQuantile, fQuantile } from './distributions.js';
import { holmAdjust } from './holm.js';
import type { Interval } from './intervals.js';

/** What one source of chance makes by itself, whatever the others are. */
export interface VarianceComponent {
  source: string;
  degreesOfFreedom: number;
  /** An estimate, at least 0. */
  variance: number;
  /** Of its standard deviation, in the values' unit. */
  interval: Interval;
  /** Of the sum of all components, 0 to 1. */
  share: number;
  /** Of the hypothesis that it makes nothing: the analysis of variance's F; adjusted for all sources (Holm). */
  pValue: number;
  adjustedPValue: number;
}

export interface VarianceComponents {
  runs: number;
  mean: number;
  /** The largest first. */
  components: VarianceComponent[];
  /** What no source makes by itself: they work together, or something else varied too. */
  rest: { degreesOfFreedom: number; variance: number; interval: Interval; share: number };
  /** The sum of all components, the rest's among them. */
  total: number;
  /** Whether every level of a source met each of another equally often: else the estimates are approximate. */
  isBalanced: boolean;
}

/**
 * A crossed random-effects model: value = mean + one effect of each source + rest, all independent, each with a variance
 * of its own. Estimated from the mean squares of the analysis of variance (Searle, Casella and McCulloch, "Variance
 * Components", 1992, ch. 4), which for balanced data is REML where none is negative; a negative estimate is 0. A
 * component's interval is Williams's ("A confidence interval for variance components", 1962), the rest's that of χ².
 * @param observations `levels` has each source's seed
 * @returns null where nothing is left to estimate the rest from, or nothing varies
 */
export function varianceComponents(
  observations: readonly Observation[],
  sources: readonly string[],
  confidence = 0.95,
): VarianceComponents | null {
  if (observations.length < 3 || sources.length === 0) return null;
  const { terms, residual } = anova(observations, { factors: sources, order: 1 });
  if (residual.degreesOfFreedom === 0 || residual.sumOfSquares === 0) return null;
  if (terms.some(({ degreesOfFreedom }) => degreesOfFreedom === 0)) return null;
  const noise = residual.sumOfSquares / residual.degreesOfFreedom;
  const tails = { low: (1 - confidence) / 2, high: (1 + confidence) / 2 };
  const adjusted = holmAdjust(terms.map(({ pValue }) => pValue ?? 1));
  const estimates = terms.map(({ factors: [source], degreesOfFreedom, sumOfSquares, statistic, pValue }, i) => {
    const repeats = repeatsOf(observations, source);
    const variance = Math.max(0, (sumOfSquares / degreesOfFreedom - noise) / repeats);
    const ratio = statistic ?? 0;
    const end = (tail: number): number => {
      const critical = fQuantile(tail, degreesOfFreedom, residual.degreesOfFreedom);
      const scale = sumOfSquares / (repeats * chiSquareQuantile(tail, degreesOfFreedom));
      return ratio <= critical ? 0 : Math.sqrt(scale * (1 - critical / ratio));
    };
    const interval: Interval = [end(tails.high), end(tails.low)];
    return { source, degreesOfFreedom, variance, interval, pValue: pValue ?? 1, adjustedPValue: adjusted[i] };
  });
  const total = estimates.reduce((sum, { variance }) => sum + variance, noise);
  const restEnd = (tail: number): number =>
    Math.sqrt(residual.sumOfSquares / chiSquareQuantile(tail, residual.degreesOfFreedom));
  return {
    runs: observations.length,
    mean: mean(observations.map(({ value }) => value)),
    components: estimates
      .map((one) => ({ ...one, share: one.variance / total }))
      .sort((a, b) => b.variance - a.variance || a.pValue - b.pValue),
    rest: {
      degreesOfFreedom: residual.degreesOfFreedom,
      variance: noise,
      interval: [restEnd(tails.high), restEnd(tails.low)],
      share: noise / total,
    },
    total,
    isBalanced: sources.every((source, i) =>
      sources.slice(i + 1).every((other) => meetEqually(observations, source, other)),
    ),
  };
}

/** How many values a level of a source has: of unequal numbers, what stands for it in the expected mean square. */
function repeatsOf(observations: readonly Observation[], source: string): number {
  const counts = countsOf(observations.map(({ levels }) => levels[source]));
  const squares = counts.reduce((sum, count) => sum + count ** 2, 0);
  return (observations.length - squares / observations.length) / (counts.length - 1);
}

function meetEqually(observations: readonly Observation[], first: string, second: string): boolean {
  const counts = countsOf(observations.map(({ levels }) => JSON.stringify([levels[first], levels[second]])));
  const [one, other] = [first, second].map((source) => new Set(observations.map(({ levels }) => levels[source])).size);
  return counts.length === one * other && new Set(counts).size === 1;
}

function countsOf(values: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}
