import type { Path } from './problems.js';
import type { Span } from './source.js';

/** A configuration value that remembers where each of its parts was written. Trees are never changed in place. */
export type Tree = ScalarTree | ListTree | MappingTree;

export interface ScalarTree {
  kind: 'scalar';
  value: string | number | boolean | null;
  /** What it was written as, where that is no text: `01`, of which the value is 1. */
  text?: string;
  span: Span;
}

export interface ListTree {
  kind: 'list';
  items: readonly Tree[];
  span: Span;
}

export interface MappingTree {
  kind: 'mapping';
  entries: ReadonlyMap<string, Entry>;
  span: Span;
}

export interface Entry {
  key: Span;
  value: Tree;
}

/** Plain data, as `JSON.parse` makes it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A text as it is, any other value as JSON. */
export function jsonText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function toJson(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toJson);
  // fromEntries defines properties rather than assigning them, so that a key `__proto__` is a key like any other.
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toJson(value)]));
}

/** The tree of plain data, all of it placed at one span. */
export function fromJson(data: Json, span: Span): Tree {
  if (Array.isArray(data)) return { kind: 'list', items: data.map((item) => fromJson(item, span)), span };
  if (typeof data !== 'object' || data === null) return { kind: 'scalar', value: data, span };
  const entries = Object.entries(data).map(([key, value]): [string, Entry] => [
    key,
    { key: span, value: fromJson(value, span) },
  ]);
  return { kind: 'mapping', entries: new Map(entries), span };
}

export function childOf(tree: Tree | undefined, part: string | number): Tree | undefined {
  if (tree?.kind === 'mapping') return tree.entries.get(String(part))?.value;
  if (tree?.kind === 'list') return tree.items[Number(part)];
  return undefined;
}

/** The value at a path, if there is one. */
export function at(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>(childOf, tree);
}

/**
 * Where the value at a path was written: the scalar itself, of a mapping or list the key. Of a path that isn't there, the
 * nearest mapping or list around it.
 */
export function valueSpan(tree: Tree, path: Path): Span {
  const found = at(tree, path);
  if (found?.kind === 'scalar') return found.span;
  return found || path.length === 0 ? keySpan(tree, path) : valueSpan(tree, path.slice(0, -1));
}

/** Where the key of a path was written; of a list item, the item's first key. */
export function keySpan(tree: Tree, path: Path): Span {
  const parent = at(tree, path.slice(0, -1));
  const last = path.at(-1);
  if (last !== undefined && parent?.kind === 'mapping') {
    const entry = parent.entries.get(String(last));
    if (entry) return entry.key;
  }
  return startOf(at(tree, path) ?? parent ?? tree);
}

function startOf(tree: Tree): Span {
  if (tree.kind !== 'mapping') return tree.span;
  const first = [...tree.entries.values()][0] as Entry | undefined;
  return first && first.key.source === tree.span.source ? first.key : tree.span;
}

/** A mapping with one entry set or replaced. */
export function withEntry(mapping: MappingTree, key: string, entry: Entry): MappingTree {
  return { ...mapping, entries: new Map([...mapping.entries, [key, entry]]) };
}

/** A mapping without one entry. */
export function withoutEntry(mapping: MappingTree, key: string): MappingTree {
  return { ...mapping, entries: new Map([...mapping.entries].filter(([other]) => other !== key)) };
}

/**
 * `adam` is short for `{ name: adam }`: the long form of text, for merging keys into it.
 * @param key whose value the text stands for
 */
export function asMapping(tree: Tree, key: string): Tree {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return tree;
  return { kind: 'mapping', entries: new Map([[key, { key: tree.span, value: tree }]]), span: tree.span };
}

/**
 * What a file that extends another means: mappings merge key by key, everything else replaces.
 * @param keyAt the key whose value text at a path stands for
 * @param path of both
 */
export function merge(base: Tree, over: Tree, keyAt: (path: Path) => string, path: Path = []): Tree {
  if (over.kind !== 'mapping') return over;
  const named = base.kind === 'mapping' ? 'name' : keyAt(path);
  const long = over.entries.has(named) ? base : asMapping(base, named);
  if (long.kind !== 'mapping') return over;
  const entries = new Map(long.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    entries.set(key, below ? { key: entry.key, value: merge(below.value, entry.value, keyAt, [...path, key]) } : entry);
  }
  return { kind: 'mapping', entries, span: over.span };
}
