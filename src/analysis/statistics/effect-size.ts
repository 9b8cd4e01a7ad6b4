import { mean, requireSample, sampleStandardDeviation } from './describe.js';
import { logGamma, noncentralTCdf } from './distributions.js';
import type { Interval } from './intervals.js';
import { studentized } from './paired-t.js';
import type { Pairs } from './pairing.js';

/** Standardized differences of paired samples; names as in Lakens, "Calculating and reporting effect sizes", 2013. */
export interface EffectSize {
  /** Cohen's d_z: the mean difference over the standard deviation of the differences. What the paired t test sees. */
  dz: number;
  /** d_z without the upward bias of small samples: Hedges' correction, exact. */
  hedgesGz: number;
  /** The noncentral t interval of d_z (Cumming and Finch 2001). */
  dzInterval: Interval;
  /** Cohen's d_av: the mean difference over the mean of both standard deviations. Comparable across designs. */
  dav: number;
  hedgesGav: number;
}

/**
 * Cohen's d of paired samples, in both usual denominators.
 * @returns null where the differences don't vary, so that no standardized effect exists
 */
export function effectSize(pairs: Pairs, confidence = 0.95): EffectSize | null {
  requireSample(pairs.differences, 2);
  const spread = sampleStandardDeviation(pairs.differences);
  const averageSpread = (sampleStandardDeviation(pairs.first) + sampleStandardDeviation(pairs.second)) / 2;
  if (spread === 0 || averageSpread === 0) return null;
  const n = pairs.differences.length;
  const center = mean(pairs.differences);
  const correction = hedgesCorrection(n - 1);
  return {
    dz: center / spread,
    hedgesGz: (correction * center) / spread,
    dzInterval: noncentralInterval(studentized(center, spread, n), n, confidence),
    dav: center / averageSpread,
    hedgesGav: (correction * center) / averageSpread,
  };
}

/** J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)) (Hedges 1981); 0 for one degree of freedom, where d has no mean. */
export function hedgesCorrection(degreesOfFreedom: number): number {
  if (degreesOfFreedom === 1) return 0;
  const half = degreesOfFreedom / 2;
  return Math.exp(logGamma(half) - logGamma(half - 0.5)) / Math.sqrt(half);
}

/** The effects under which the observed t lies at the outer quantiles. */
function noncentralInterval(t: number, n: number, confidence: number): Interval {
  const observed = t / Math.sqrt(n);
  const scale = Math.sqrt((1 + observed ** 2 / 2) / n);
  // The distribution function at t falls as the effect grows.
  const effectAt = (probability: number) =>
    falling(observed, scale, (effect) => noncentralTCdf(t, n - 1, effect * Math.sqrt(n)) - probability);
  return [effectAt((1 + confidence) / 2), effectAt((1 - confidence) / 2)];
}

/**
 * The root of a falling function to 1e-10 of the scale: looked for ever further from the start, then by regula falsi
 * (Illinois: Dowell and Jarratt 1971).
 */
function falling(start: number, scale: number, valueAt: (x: number) => number): number {
  let [low, high] = [start - scale, start + scale];
  for (let step = scale; valueAt(high) > 0; step *= 2) [low, high] = [high, high + step];
  for (let step = scale; valueAt(low) < 0; step *= 2) [low, high] = [low - step, low];
  let [atLow, atHigh] = [valueAt(low), valueAt(high)];
  for (let previous = 0; high - low > 1e-10 * scale && atLow !== atHigh;) {
    const x = (low * atHigh - high * atLow) / (atHigh - atLow);
    const value = valueAt(x);
    if (value === 0) return x;
    const side = Math.sign(value);
    if (side > 0) [low, atLow, atHigh] = [x, value, side === previous ? atHigh / 2 : atHigh];
    else [high, atHigh, atLow] = [x, value, side === previous ? atLow / 2 : atLow];
    previous = side;
  }
  return (low + high) / 2;
}
