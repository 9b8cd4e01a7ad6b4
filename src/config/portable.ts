import { resolve } from 'node:path';
import { toYaml } from './format.js';
import type { LoadedExperiment } from './load.js';
import { absoluteReference } from './model-reference.js';
import { hasAnnotation } from './schema/schema.js';
import { childOf, toJson, type Json, type ScalarTree, type Tree } from './text/tree.js';

/**
 * An experiment as one file of its own, which means the same in any folder, at any time: with what it extends and the
 * overrides in it, paths absolute, environment variables read. Unlike the resolved configuration it has no more than was
 * written, so that what a sweep varies still has a say in it (a layer that has inherited its size has it for good).
 * @returns YAML
 */
export function toPortableYaml({ config, source }: LoadedExperiment): string {
  const written = portable(source.written.tree, source.tree, undefined) as Record<string, Json>;
  return toYaml({ ...(Object.hasOwn(written, 'name') ? {} : { name: config.name }), ...written });
}

/**
 * @param written before references were followed
 * @param read the same after
 * @param key that the value is of
 */
function portable(written: Tree, read: Tree | undefined, key: string | undefined): Json {
  if (written.kind === 'scalar') return portableScalar(written, read, key);
  if (written.kind === 'list') return written.items.map((item, i) => portable(item, childOf(read, i), key));
  const entries = [...written.entries].map(([name, { value }]): [string, Json] => {
    // A parameter of a sweep has its values one or two keys further in.
    const inner = name === 'values' || name === 'value' ? key : name;
    return [name, portable(value, childOf(read, name), inner)];
  });
  // fromEntries defines properties rather than assigning them, so that a key `__proto__` is a key like any other.
  return Object.fromEntries(entries);
}

function portableScalar({ value, span }: ScalarTree, read: Tree | undefined, key: string | undefined): Json {
  if (typeof value !== 'string') return value;
  const references = value.match(/\$\{[^{}]*\}/g) ?? [];
  if (references.length > 0) {
    const isRead = read && references.every((reference) => /^\$\{\s*env:/.test(reference));
    return isRead ? toJson(read) : value;
  }
  if (hasAnnotation(key, 'x-model')) return absoluteReference(value, span.source.directory);
  return hasAnnotation(key, 'x-path') ? resolve(span.source.directory, value) : value;
}
