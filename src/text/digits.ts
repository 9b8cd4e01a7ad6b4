/**
 * A number with the digits that an uncertainty gives sense to: two of its own. Empty where there is no number.
 * @param uncertainty half an interval, or a standard deviation; null or 0 where none is known
 * @param otherwise significant digits where none is known
 */
export function inDigitsOf(value: number | null | undefined, uncertainty: number | null, otherwise = 4): string {
  if (value == null || !Number.isFinite(value)) return '';
  if (uncertainty === null || !(uncertainty > 0)) return withMinus(Number(value.toPrecision(otherwise)).toString());
  return withMinus(value.toFixed(decimalsFor(uncertainty)));
}

/** Decimals down to a significant digit of a number, from 0 to 20. */
export function decimalsFor(value: number, digits = 2): number {
  return Math.min(20, Math.max(0, digits - 1 - Math.floor(Math.log10(value))));
}

/** Half the width of an interval. */
export function halfWidthOf(interval: readonly [number, number] | null): number | null {
  return interval && (interval[1] - interval[0]) / 2;
}

/** `0.0021`, `<0.001`; empty where there is none. */
export function pValueText(pValue: number | null): string {
  if (pValue === null) return '';
  return pValue < 0.001 ? '<0.001' : String(Number(pValue.toPrecision(2)));
}

/** `p = 0.0021`, `p < 0.001`. */
export function pValueClause(pValue: number): string {
  return `p ${pValueText(pValue).replace(/^<?/, (sign) => `${sign || '='} `)}`;
}

/** A number with the minus sign of typography, as wide as a plus. What is rounded to zero has none. */
export function withMinus(text: string): string {
  return Number(text) === 0 ? text.replace(/^-/, '') : text.replace(/^-/, '−');
}
