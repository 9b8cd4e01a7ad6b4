import type { LoadedExperiment } from '../load.js';
import type { Override } from '../text/overrides.js';
import { locationOf, type Location, type Span } from '../text/source.js';
import { DATASET } from './datasets.js';
import { placedParameters } from './resolve.js';
import { at, fromJson, keySpan, toJson, type Entry, type Json, type MappingTree, type Tree } from '../text/tree.js';

/** Where the values of a sweep are written, so that a mistake in a variant is shown where the user can mend it. */
export class PlacedValues {
  /** Key → value as JSON → where it is written. */
  readonly #values = new Map<string, Map<string, Entry>>();
  /** Key → its parameter, for values drawn from a range. */
  readonly #parameters = new Map<string, Entry>();
  readonly #sweep: Span;

  constructor({ config, source: { tree } }: LoadedExperiment) {
    this.#sweep = keySpan(tree, ['sweep']);
    const parameters = at(tree, ['sweep', 'parameters']);
    for (const { key, path } of parameters ? placedParameters(toJson(parameters)) : [])
      this.#addParameter(tree, key, path);
    const datasets = at(tree, ['sweep', 'datasets']);
    for (const [i, dataset] of config.sweep?.datasets?.entries() ?? []) {
      const value = at(datasets ?? tree, [i]);
      if (value) this.#addValue(DATASET, { key: value.span, value }, dataset as unknown as Json);
    }
    const include = at(tree, ['sweep', 'include']);
    for (const variant of include?.kind === 'list' ? include.items : []) {
      for (const [key, entry] of (variant as MappingTree).entries) this.#addValue(key, entry);
    }
  }

  #addParameter(tree: Tree, key: string, path: readonly (string | number)[]): void {
    const value = at(tree, path) as Tree;
    const name = keySpan(tree, path);
    this.#parameters.set(key, { key: name, value });
    const list = value.kind === 'list' ? value : at(value, ['values']);
    const constant = at(value, ['value']);
    for (const item of list?.kind === 'list' ? list.items : []) this.#addValue(key, { key: name, value: item });
    for (const named of list?.kind === 'mapping' ? list.entries.values() : []) this.#addValue(key, named);
    if (constant) this.#addValue(key, { key: name, value: constant });
  }

  /** @param meant what is written, in its one form */
  #addValue(key: string, entry: Entry, meant: Json = toJson(entry.value)): void {
    const values = this.#values.get(key) ?? new Map<string, Entry>();
    const text = JSON.stringify(meant);
    if (!values.has(text)) this.#values.set(key, values.set(text, entry));
  }

  /** Where a parameter is written. */
  parameter(key: string): Span {
    return this.#parameters.get(key)?.key ?? this.#sweep;
  }

  /** A value of a variant as an override of the experiment. */
  override([key, value]: readonly [string, Json]): Override {
    const entry = this.#entry(key, value);
    const path = key.split('.');
    return { action: 'set', path, keys: path.map(() => entry.key), value: entry.value };
  }

  /** Where a value is written, or the parameter that it was drawn from. */
  locate(key: string, value: Json): Span {
    const entry = this.#entry(key, value);
    return entry.value.kind === 'scalar' ? entry.value.span : entry.key;
  }

  /** Where a value itself begins, also one that is a mapping or a list. */
  start(key: string, value: Json): Span {
    const [first] = spansWithin(this.#entry(key, value).value) as (Span | undefined)[];
    return first ?? this.parameter(key);
  }

  /** What a value was written as, if that is one line. */
  written(key: string, value: Json): string | undefined {
    const { value: tree } = this.#entry(key, value);
    const { source, start, end } = tree.span;
    const text = source.text.slice(start, end).trim();
    return tree.span === this.parameter(key) || text.includes('\n') ? undefined : text;
  }

  /** Whether a place lies within a value, or in its key. */
  holds(key: string, value: Json, { file, line, column }: Location): boolean {
    const entry = this.#entry(key, value);
    return [entry.key, ...spansWithin(entry.value)].map(locationOf).some((place) => {
      return place.file === file && place.line === line && place.column === column;
    });
  }

  #entry(key: string, value: Json): Entry {
    const known = this.#values.get(key)?.get(JSON.stringify(value));
    if (known) return known;
    const span = this.parameter(key);
    return { key: span, value: fromJson(value, span) };
  }
}

function spansWithin(tree: Tree): Span[] {
  if (tree.kind === 'scalar') return [tree.span];
  if (tree.kind === 'list') return [tree.span, ...tree.items.flatMap(spansWithin)];
  return [...tree.entries.values()].flatMap(({ key, value }) => [key, ...spansWithin(value)]);
}
