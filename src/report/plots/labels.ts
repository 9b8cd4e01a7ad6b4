import type { Json } from '../../config/tree.js';

/** Dotted keys → as much of their ends as tells them apart: `kernel_size`. */
export function shortKeys(keys: readonly string[]): Map<string, string> {
  return new Map(keys.map((key) => [key, shortestEnd(key, keys)]));
}

function shortestEnd(key: string, keys: readonly string[]): string {
  const parts = key.split('.');
  const ends = parts.map((_, i) => parts.slice(parts.length - 1 - i).join('.'));
  return ends.find((end) => keys.every((other) => other === key || !`.${other}`.endsWith(`.${end}`))) ?? key;
}

/** A value of a configuration on one line. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll(/[{}"]/g, '').replaceAll(',', ', ');
}
