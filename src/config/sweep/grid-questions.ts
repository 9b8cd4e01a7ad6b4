import type { Values } from './conditions.js';

/** The parameters of which the variants have different values; one that a variant lacks is a value of its own. */
export function variedKeys(variants: readonly Values[]): string[] {
  const keys = [...new Set(variants.flatMap((values) => Object.keys(values)))];
  return keys.filter((key) => levelCount(variants, key) > 1);
}

/** A level as text; a parameter that a variant doesn't have has a level of its own. */
export function levelText(values: Values, key: string): string {
  return Object.hasOwn(values, key) ? JSON.stringify(values[key]) : 'absent';
}

/**
 * How many questions a sweep asks, which share α: which variant is best and, of a full grid of several parameters, which
 * level of each is, and whether any two depend on each other.
 */
export function questionsOf(variants: readonly Values[]): number {
  const keys = variedKeys(variants);
  const size = keys.reduce((product, key) => product * levelCount(variants, key), 1);
  return keys.length > 1 && size === variants.length ? keys.length + 2 : 1;
}

function levelCount(variants: readonly Values[], key: string): number {
  return new Set(variants.map((values) => levelText(values, key))).size;
}
