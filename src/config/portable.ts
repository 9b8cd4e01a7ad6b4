import { resolve } from 'node:path';
import { toYaml } from './format.js';
import type { LoadedExperiment } from './load.js';
import { absoluteReference, isModelKey } from './model-reference.js';
import { experimentSchema, isObject } from './schema.js';
import { childOf, toJson, type Json, type ScalarTree, type Tree } from './tree.js';

/**
 * An experiment as one file of its own, which means the same in any folder, at any time: with what it extends and the
 * overrides in it, paths absolute, environment variables read. Unlike the resolved configuration it has no more than was
 * written, so that what a sweep varies still has a say in it (a layer that has inherited its size has it for good).
 * @returns YAML
 */
export function toPortableYaml({ config, source }: LoadedExperiment): string {
  const words = pathKeys();
  const written = portable(source.written.tree, source.tree, undefined, words) as Record<string, Json>;
  return toYaml({ ...(Object.hasOwn(written, 'name') ? {} : { name: config.name }), ...written });
}

/**
 * @param written before references were followed
 * @param read the same after
 * @param key that the value is of
 * @param words keys whose values are paths
 */
function portable(written: Tree, read: Tree | undefined, key: string | undefined, words: ReadonlySet<string>): Json {
  if (written.kind === 'scalar') return portableScalar(written, read, key, words);
  if (written.kind === 'list') return written.items.map((item, i) => portable(item, childOf(read, i), key, words));
  const entries = [...written.entries].map(([name, { value }]): [string, Json] => {
    // A parameter of a sweep has its values one or two keys further in.
    const inner = name === 'values' || name === 'value' ? key : name;
    return [name, portable(value, childOf(read, name), inner, words)];
  });
  // fromEntries defines properties rather than assigning them, so that a key `__proto__` is a key like any other.
  return Object.fromEntries(entries);
}

function portableScalar(
  { value, span }: ScalarTree,
  read: Tree | undefined,
  key: string | undefined,
  words: ReadonlySet<string>,
): Json {
  if (typeof value !== 'string') return value;
  const references = value.match(/\$\{[^{}]*\}/g) ?? [];
  if (references.length > 0) {
    const isRead = read && references.every((reference) => /^\$\{\s*env:/.test(reference));
    return isRead ? toJson(read) : value;
  }
  const word = key?.slice(key.lastIndexOf('.') + 1);
  if (isModelKey(word)) return absoluteReference(value, span.source.directory);
  return word !== undefined && words.has(word) ? resolve(span.source.directory, value) : value;
}

/** The keys whose values are paths of files or folders, wherever in the schema. */
export function pathKeys(): Set<string> {
  const words = new Set<string>();
  const visit = (schema: unknown): void => {
    if (Array.isArray(schema)) schema.forEach(visit);
    else if (isObject(schema as Json)) {
      for (const [key, inner] of Object.entries(schema as Record<string, Json>)) {
        if (isObject(inner) && inner['x-path'] === true) words.add(key);
        visit(inner);
      }
    }
  };
  visit(experimentSchema());
  return words;
}
