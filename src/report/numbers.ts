import type { Interval } from '../analysis/statistics/intervals.js';
import { decimalsFor, halfWidthOf, inDigitsOf, withMinus } from '../text/digits.js';

/**
 * The numbers of a column, all with the same decimals: those that their uncertainties give sense to, but for a row or two
 * that is much surer than the others; without any, as many as give the one in the middle four digits. Empty where there is none.
 * @param uncertainties as `inDigitsOf` takes them, one a row
 */
export function columnOf(
  values: readonly (number | null | undefined)[],
  uncertainties: readonly (number | null | undefined)[],
): string[] {
  const decimals = decimalsOf(
    values.filter((value) => value != null),
    uncertainties.filter((each) => each != null && each > 0) as number[],
  );
  return values.map((value) => (value == null || !Number.isFinite(value) ? '' : withMinus(value.toFixed(decimals))));
}

/** More decimals than the least sure row has: no column is longer for its surest. */
const SURER_DECIMALS = 1;

function decimalsOf(values: readonly number[], uncertainties: readonly number[]): number {
  if (uncertainties.length > 0) {
    const own = uncertainties.map((each) => decimalsFor(each));
    return Math.min(Math.max(...own), Math.min(...own) + SURER_DECIMALS);
  }
  // The one in the middle: a single loss that has grown beyond measure takes no digits from the others.
  const sizes = values.flatMap((value) => (Number.isFinite(value) && value !== 0 ? [Math.abs(value)] : []));
  const middle = sizes.sort((a, b) => a - b).at(Math.floor(sizes.length / 2));
  return middle === undefined ? 0 : decimalsFor(middle, 4);
}

/** `0.9712 to 0.9751`; empty where there is none. */
export function intervalText(interval: Interval | null): string {
  if (interval === null) return '';
  const half = halfWidthOf(interval);
  return `${inDigitsOf(interval[0], half)} to ${inDigitsOf(interval[1], half)}`;
}

/** A share as `12.3 %`; empty where there is none. */
export function shareText(share: number | null): string {
  return share === null ? '' : `${(100 * share).toFixed(1)} %`;
}

/** A number in four significant digits: `0.9731`, `421,642`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 10_000 ? Math.round(value).toLocaleString('en-US') : inDigitsOf(value, null);
}

/** A difference with its sign: `+0.0042`, `−0.31`. */
export function signedText(value: number): string {
  return value > 0 ? `+${numberText(value)}` : numberText(value);
}
