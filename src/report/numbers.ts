/** An interval by its ends. */
interface Ends {
  lower: number;
  upper: number;
}

/**
 * A number with the digits that an uncertainty gives sense to: two of its own.
 * @param uncertainty half an interval, or a standard deviation; null or 0 where none is known
 */
export function inDigitsOf(value: number, uncertainty: number | null): string {
  if (!Number.isFinite(value)) return '';
  if (uncertainty === null || !(uncertainty > 0)) return minus(Number(value.toPrecision(4)).toString());
  const decimals = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(uncertainty))));
  return minus(value.toFixed(decimals));
}

/** `0.9712 to 0.9751`; empty where there is none. */
export function intervalText(interval: Ends | null): string {
  if (interval === null) return '';
  const half = halfWidthOf(interval);
  return `${inDigitsOf(interval.lower, half)} to ${inDigitsOf(interval.upper, half)}`;
}

export function halfWidthOf(interval: Ends | null): number | null {
  return interval && (interval.upper - interval.lower) / 2;
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

function minus(text: string): string {
  return text.replace(/^-/, '−');
}
