import { UserError } from '../../text/errors.js';

/** A sample in numbers; what takes two values to know, or says nothing of one, is null for one. */
export interface Description {
  n: number;
  mean: number;
  /** With n − 1 in the denominator. */
  standardDeviation: number | null;
  standardError: number | null;
  median: number | null;
  minimum: number;
  maximum: number;
}

/**
 * The usual summary of a sample.
 * @throws UserError `invalid-sample` if it is empty or holds anything but finite numbers
 */
export function describe(values: readonly number[]): Description {
  requireSample(values, 1);
  const n = values.length;
  const standardDeviation = n > 1 ? sampleStandardDeviation(values) : null;
  return {
    n,
    mean: mean(values),
    standardDeviation,
    standardError: standardDeviation === null ? null : standardDeviation / Math.sqrt(n),
    median: n > 1 ? quantile(sorted(values), 0.5) : null,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}

/**
 * Refuses what no statistic should see. A run that failed or diverged has no value: it is left out and counted before
 * any statistic, never passed in as NaN.
 * @throws UserError `invalid-sample`
 */
export function requireSample(values: readonly number[], minimum: number): void {
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position >= 0) {
    throw new UserError(`Expected finite values, received ${values[position]} at position ${position}.`, {
      code: 'invalid-sample',
      hint: 'Leave failed and diverged runs out of the sample.',
    });
  }
  if (values.length < minimum) {
    throw new UserError(`Expected at least ${minimum} values, received ${values.length}.`, {
      code: 'invalid-sample',
      hint: 'Run more seeds.',
    });
  }
}

/** Summed from the first value on, so that equal values have exactly that mean. */
export function mean(values: ArrayLike<number>): number {
  const origin = values[0];
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += values[i] - origin;
  return origin + sum / values.length;
}

/** With n − 1 in the denominator; two passes. @param values at least two */
export function sampleStandardDeviation(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - center) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** Between two order statistics linearly interpolated (Hyndman and Fan's type 7, NumPy's default). */
export function quantile(ascending: ArrayLike<number>, probability: number): number {
  const position = probability * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below];
  const high = ascending[Math.min(below + 1, ascending.length - 1)];
  return low + (position - below) * (high - low);
}

export function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
