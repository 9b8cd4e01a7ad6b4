import { unitOf } from '../text/metric-unit.js';
import type { ValueName } from '../inference/class-values.js';

/** `13,421`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share as `97.85 %`. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(2)} %` : String(share);
}

/** About four significant digits, as a loss is read: `0.2431`, `1.532e-7`; large ones as `148.32`, `261,699`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(3) : withDecimals(value, Math.abs(value));
}

/** @param greatest the greatest value that it stands beside: decimals that say nothing of that are left out */
function withDecimals(value: number, greatest: number): string {
  const decimals = greatest >= 1e4 ? 0 : greatest >= 100 ? 2 : 4;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: greatest >= 1e4,
  });
}

/** What a model says of a class: a probability as a share, any other output as a number. */
export function valueText(name: ValueName, value: number): string {
  return name === 'probability' ? percent(value) : significant(value);
}

/** Metrics that count something. */
const COUNT = /(^|_)(epoch|epochs|steps|parameters)$/;
const SPEED = /(^|_)samples_per_second$/;
const RATE = /(^|_)learning_rate$/;

/** The value of a metric, as it is read: shares in percent, counts whole. */
export function metricText(name: string, value: number): string {
  if (SPEED.test(name) || (COUNT.test(name) && Number.isInteger(value))) return count(value);
  if (RATE.test(name)) return String(Number(value.toPrecision(4)));
  return unitOf(name).factor === 100 ? percent(value) : significant(value);
}

/** The values of a metric in a column that is titled with its unit: all with the same decimals; empty where there is none. */
export function metricNumbers(name: string, values: readonly (number | null)[]): string[] {
  const { factor } = unitOf(name);
  const isTiny = (value: number | null): boolean => value !== null && significant(value).includes('e');
  const isExponential = factor === 1 && values.some(isTiny);
  const greatest = Math.max(...values.map((value) => (Number.isFinite(value) ? Math.abs(value ?? 0) : 0)));
  return values.map((value) => {
    if (value === null) return '';
    if (!Number.isFinite(value)) return String(value);
    if (isExponential) return value.toExponential(3);
    return factor === 100 ? (factor * value).toFixed(2) : withDecimals(value, greatest);
  });
}

/** Seconds as `0:42` or `1:02:10`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Decimal units: `2.78 MB`, `47.4 MB`, `1.20 GB`. */
export function bytesText(bytes: number): string {
  const [size, unit] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  return `${(bytes / size).toFixed(bytes / size < 10 ? 2 : 1)} ${unit}`;
}

/** A bar. @param share from 0 to 1 @param width in columns */
export function bar(share: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${'━'.repeat(full)}${'─'.repeat(width - full)}`;
}
