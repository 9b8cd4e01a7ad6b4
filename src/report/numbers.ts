import type { Interval } from '../analysis/statistics/intervals.js';

/**
 * A number with the digits that an uncertainty gives sense to: two of its own. Empty where there is none.
 * @param uncertainty half an interval, or a standard deviation; null or 0 where none is known
 */
export function inDigitsOf(value: number | null | undefined, uncertainty: number | null): string {
  if (value == null || !Number.isFinite(value)) return '';
  if (uncertainty === null || !(uncertainty > 0)) return minus(Number(value.toPrecision(4)).toString());
  const decimals = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(uncertainty))));
  return minus(value.toFixed(decimals));
}

/** `0.9712 to 0.9751`; empty where there is none. */
export function intervalText(interval: Interval | null): string {
  if (interval === null) return '';
  const half = halfWidthOf(interval);
  return `${inDigitsOf(interval[0], half)} to ${inDigitsOf(interval[1], half)}`;
}

export function halfWidthOf(interval: Interval | null): number | null {
  return interval && (interval[1] - interval[0]) / 2;
}

/** `0.0021`, `<0.001`; empty where there is none. */
export function pValueText(pValue: number | null): string {
  if (pValue === null) return '';
  return pValue < 0.001 ? '<0.001' : String(Number(pValue.toPrecision(2)));
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

/** `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}
