import { randomStream } from '../../random.js';
import { mean, quantile, sorted } from './describe.js';
import type { Interval } from './intervals.js';

/** A statistic of several strata, with its interval. */
export interface Estimate {
  value: number;
  /** 95 %. */
  interval: Interval;
}

const RESAMPLES = 2000;

/**
 * A statistic with its percentile interval by the stratified bootstrap: each stratum is drawn from itself, with
 * replacement, as rliable's `StratifiedBootstrap` (Agarwal et al., "Deep Reinforcement Learning at the Edge of the
 * Statistical Precipice", 2021).
 * @param strata samples, none empty
 */
export function stratified(
  strata: readonly (readonly number[])[],
  statistic: (strata: readonly (readonly number[])[]) => number,
): Estimate {
  const stream = randomStream(0, 'analysis/stratified-bootstrap');
  const drawn = (values: readonly number[]): number[] => values.map(() => values[stream.below(values.length)]);
  const replicates = Float64Array.from({ length: RESAMPLES }, () => statistic(strata.map(drawn))).sort();
  return { value: statistic(strata), interval: [quantile(replicates, 0.025), quantile(replicates, 0.975)] };
}

/** The mean of the middle half of all runs (IQM): as rliable's `aggregate_iqm`, SciPy's `trim_mean(x, 0.25)`. */
export function interquartileMean(strata: readonly (readonly number[])[]): number {
  const values = sorted(strata.flat());
  const cut = Math.floor(values.length / 4);
  return mean(values.slice(cut, values.length - cut));
}

/**
 * The probability that a run of the first has a greater value than the same run of the second, each stratum counting the
 * same; equal ones count half (Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks", 2021).
 * @param strata differences, first − second
 */
export function outperforming(strata: readonly (readonly number[])[]): number {
  return mean(strata.map((values) => mean(values.map((value) => (value > 0 ? 1 : value < 0 ? 0 : 0.5)))));
}
