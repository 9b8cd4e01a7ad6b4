import type { Study } from '../study/study.js';

/** A study as one JSON document: all its numbers, in full; keys in snake case, as in `summary.json`. */
export function renderJson({ misclassified, ...study }: Study): string {
  const images = misclassified.map(({ png, ...image }) => ({ ...image, png: Buffer.from(png).toString('base64') }));
  return `${JSON.stringify(plain({ ...study, misclassified: images }), undefined, 2)}\n`;
}

/** JSON has no NaN and no infinities: as in journals, they become strings. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), plain(inner)]));
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
