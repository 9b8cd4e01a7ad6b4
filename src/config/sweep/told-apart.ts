import { levelText, variedKeys } from './grid-questions.js';
import { shortKey, valueLabels } from './label.js';
import type { NamedVariant } from './names.js';
import type { Json } from '../text/tree.js';

/** A parameter that differs between variants, and its value in each. */
export interface ParameterColumn {
  /** `kernel_size`; `variant` where the file has given names. */
  title: string;
  /** Empty where a variant doesn't have it. */
  cells: string[];
}

/** Variants side by side, told apart by what differs alone. */
export interface ToldApart {
  columns: ParameterColumn[];
  /** What the short names are made of: `kernel_size · pooling`. */
  heading: string;
  /** Each variant's own name, else its values: `5 · max`. */
  names: string[];
}

const BETWEEN = ' · ';

/** Tells variants apart: a column a parameter, and short names for where there is no room for columns. */
export function tellApart(variants: readonly NamedVariant[]): ToldApart {
  const all = [...new Set(variants.flatMap(({ values }) => Object.keys(values)))];
  const varied = variedKeys(variants.map(({ values }) => values));
  const keys = varied.length > 0 ? varied : all;
  const parameters = keys.map((key) => ({ title: shortKey(key, all), cells: cellsOf(key, variants) }));
  const own = variants.map(({ names }) => names?.variant);
  const isNamed = own.some((name) => name !== undefined);
  const names = variants.map((_, row) => own[row] ?? shortName(parameters.map(({ cells }) => cells[row])));
  return {
    columns: isNamed ? [{ title: 'variant', cells: own.map((name) => name ?? '') }, ...parameters] : parameters,
    heading: parameters.map(({ title }) => title).join(BETWEEN),
    names: names.map((name) => (name === '' ? 'base' : name)),
  };
}

/** Without what is absent at the end: `3 · max · —` is no clearer than `3 · max`. */
function shortName(cells: readonly string[]): string {
  const last = cells.findLastIndex((cell) => cell !== '');
  return cells
    .slice(0, last + 1)
    .map((cell) => (cell === '' ? '—' : cell))
    .join(BETWEEN);
}

function cellsOf(key: string, variants: readonly NamedVariant[]): string[] {
  const distinct = new Map<string, Json>();
  for (const { values } of variants) if (Object.hasOwn(values, key)) distinct.set(levelText(values, key), values[key]);
  const labels = valueLabels([...distinct.values()]);
  const labelOf = new Map([...distinct.keys()].map((level, i) => [level, labels[i]]));
  return variants.map(({ values, names }) => names?.values?.[key] ?? labelOf.get(levelText(values, key)) ?? '');
}
