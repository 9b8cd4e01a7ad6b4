import { randomStream, type RandomStream } from '../../random.js';
import { mean, quantile, requireSample, sampleStandardDeviation } from './describe.js';
import { normalCdf, normalQuantile, studentQuantile } from './distributions.js';

/** Lower and upper end. */
export type Interval = readonly [lower: number, upper: number];

/**
 * Student's interval for a mean. It assumes values that are roughly normal, which an accuracy over seeds mostly is.
 * @returns null for a single value, from which no spread can be known
 */
export function tInterval(values: readonly number[], confidence = 0.95): Interval | null {
  requireSample(values, 1);
  if (values.length === 1) return null;
  const standardError = sampleStandardDeviation(values) / Math.sqrt(values.length);
  return around(mean(values), studentQuantile((1 + confidence) / 2, values.length - 1) * standardError);
}

export function around(center: number, halfWidth: number): Interval {
  return [center - halfWidth, center + halfWidth];
}

export interface BootstrapOptions {
  confidence?: number;
  resamples?: number;
  /** What the interval is of; the mean unless told. */
  statistic?: (values: Float64Array) => number;
  stream?: RandomStream;
}

/**
 * The bias-corrected and accelerated bootstrap interval, BCa (Efron, "Better bootstrap confidence intervals", 1987), as
 * SciPy's `bootstrap`. It assumes no distribution, but with few values (below about 10) it is too narrow: prefer the
 * t interval there.
 * @returns null for a single value
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions = {}): Interval | null {
  requireSample(values, 1);
  if (values.length === 1) return null;
  const {
    confidence = 0.95,
    resamples = 9999,
    statistic = mean,
    stream = randomStream(0, 'analysis/bootstrap'),
  } = options;
  const sample = Float64Array.from(values);
  const estimate = statistic(sample);
  const acceleration = jackknifeAcceleration(sample, statistic);
  if (acceleration === null) return [estimate, estimate];
  const replicates = bootstrapReplicates(sample, statistic, resamples, stream);
  const bias = normalQuantile(shareBelow(replicates, estimate));
  const level = (z: number) => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile((1 + confidence) / 2);
  return [quantile(replicates, level(-z)), quantile(replicates, level(z))];
}

/** Ascending. */
function bootstrapReplicates(
  sample: Float64Array,
  statistic: (values: Float64Array) => number,
  resamples: number,
  stream: RandomStream,
): Float64Array {
  const drawn = new Float64Array(sample.length);
  const replicate = () => {
    for (let i = 0; i < drawn.length; i++) drawn[i] = sample[stream.below(sample.length)];
    return statistic(drawn);
  };
  return Float64Array.from({ length: resamples }, replicate).sort();
}

/** Half of the equal ones count as below; kept inside (0, 1), where the normal quantile is finite. */
function shareBelow(ascending: Float64Array, value: number): number {
  let below = 0;
  for (const replicate of ascending) below += replicate < value ? 1 : replicate === value ? 0.5 : 0;
  return Math.min(Math.max(below, 0.5), ascending.length - 0.5) / ascending.length;
}

/** @returns null where leaving out any one value leaves the statistic as it is */
function jackknifeAcceleration(sample: Float64Array, statistic: (values: Float64Array) => number): number | null {
  const without = Float64Array.from(sample, (_, left) => statistic(sample.filter((_, i) => i !== left)));
  const center = mean(without);
  let squares = 0;
  let cubes = 0;
  for (const value of without) {
    squares += (center - value) ** 2;
    cubes += (center - value) ** 3;
  }
  return squares === 0 ? null : cubes / (6 * squares ** 1.5);
}

/**
 * Wilson's score interval for a proportion (Wilson 1927): the accuracy of one model on a test set of independent images.
 * @param successes how many of the trials succeeded
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / trials;
  const denominator = 1 + z ** 2 / trials;
  const center = (share + z ** 2 / (2 * trials)) / denominator;
  const halfWidth = (z / denominator) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return [Math.max(0, center - halfWidth), Math.min(1, center + halfWidth)];
}
