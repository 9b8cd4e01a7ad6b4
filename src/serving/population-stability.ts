/** Beyond this a population has shifted somewhat, and beyond the second much: the usual rule of credit scoring. */
export const PSI_THRESHOLDS = { moderate: 0.1, large: 0.25 } as const;

/** Added to every count, so that an empty bin makes no infinity. */
const PRIOR = 0.5;

/**
 * The population stability index, Σ (o − e) ln(o / e) over bins, of the observed shares o and the expected e: the
 * symmetrized Kullback-Leibler divergence (Jeffreys). 0 where both are alike. Of samples of m and n from the same
 * population of b bins it is about (b − 1)(1/m + 1/n).
 * @param expected counts in each bin
 * @param observed counts in each bin
 */
export function populationStability(expected: ArrayLike<number>, observed: ArrayLike<number>): number {
  const [e, o] = [shares(expected), shares(observed)];
  return e.reduce((sum, share, bin) => sum + (o[bin] - share) * Math.log(o[bin] / share), 0);
}

function shares(counts: ArrayLike<number>): number[] {
  const values = Array.from(counts, (count) => count + PRIOR);
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}

/**
 * The inner bounds of bins that hold equally many of these values; fewer bins where values are equal.
 * @param bins wanted
 */
export function quantileBounds(values: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(values).sort();
  const bounds = Array.from(
    { length: bins - 1 },
    (_, index) => sorted[Math.floor(((index + 1) * sorted.length) / bins)],
  );
  return [...new Set(bounds)].filter((bound) => bound > sorted[0]);
}

/** The bin that a value lies in: the number of bounds that it reaches. */
export function binOf(value: number, bounds: readonly number[]): number {
  let bin = 0;
  while (bin < bounds.length && value >= bounds[bin]) bin++;
  return bin;
}
