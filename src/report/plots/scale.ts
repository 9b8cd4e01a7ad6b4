/** Numbers further apart than this may be on a logarithmic scale. */
const LOG_RATIO = 20;

/** Whether numbers are spread over magnitudes, as a learning rate is, rather than evenly. */
export function isLogarithmic(numbers: readonly number[]): boolean {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (!(low > 0) || high / low <= LOG_RATIO) return false;
  const median = sorted[Math.floor(sorted.length / 2)];
  const evenly = (median - low) / (high - low);
  const byMagnitude = Math.log(median / low) / Math.log(high / low);
  return Math.abs(byMagnitude - 0.5) < Math.abs(evenly - 0.5);
}

/** From here on numbers are told by their magnitude: they don't fit beside an axis. */
const LARGE = 10_000;

/** How the numbers of an axis are told: 1200000 as 1.2M, what is small as it is. */
export function magnitudeTicks(numbers: readonly number[]): { tickFormat?: '~s' } {
  return numbers.some((number) => Math.abs(number) >= LARGE) ? { tickFormat: '~s' } : {};
}
