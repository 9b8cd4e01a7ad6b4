/** A number in four significant digits: `0.9731`, `421,642`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 10_000) return Math.round(value).toLocaleString('en-US');
  return minus(String(Number(value.toPrecision(4))));
}

/** A difference with its sign: `+0.0042`, `−0.31`. */
export function signedText(value: number): string {
  return value > 0 ? `+${numberText(value)}` : numberText(value);
}

/** A share of 1 in per cent. */
export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

export function pValueText(pValue: number): string {
  return pValue < 0.001 ? '< 0.001' : String(Number(pValue.toPrecision(2)));
}

/** `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${numberText(Number(seconds.toPrecision(3)))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}
