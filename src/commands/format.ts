/** `13,421`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share as `97.85 %`. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(2)} %` : String(share);
}

/** Four significant digits, as a loss is read: `0.2431`, `1.532e-7`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(3) : value.toFixed(4);
}

/** The value of a metric, as it is read. */
export function metricText(name: string, value: number): string {
  return name.endsWith('accuracy') ? percent(value) : significant(value);
}

/** Seconds as `0:42` or `1:02:10`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A bar of 24 columns. @param share from 0 to 1 */
export function bar(share: number): string {
  const width = 24;
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${'━'.repeat(full)}${'─'.repeat(width - full)}`;
}
