import { hasAnnotation } from './schema/schema.js';
import type { Entry, Tree } from './text/tree.js';

/** Of a parameter of a sweep: its values are the key's. */
const VALUE_KEYS: ReadonlySet<string> = new Set(['value', 'values']);

/** The tree in which what is written where names are expected is text as it is written: `classes: [01, 02]`. */
export function withWrittenNames(tree: Tree, areNames = false): Tree {
  if (tree.kind === 'scalar') return areNames && tree.text ? { ...tree, value: asText(tree.value, tree.text) } : tree;
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => withWrittenNames(item, areNames)) };
  const entries = [...tree.entries].map(([key, entry]): [string, Entry] => {
    const inner = hasAnnotation(key, 'x-names') || (areNames && VALUE_KEYS.has(key));
    return [key, { ...entry, value: withWrittenNames(entry.value, inner) }];
  });
  return { ...tree, entries: new Map(entries) };
}

/** Nothing is no name. */
function asText<T>(value: T, text: string): T | string {
  return value === null ? value : text;
}
