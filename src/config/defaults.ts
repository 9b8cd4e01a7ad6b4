import { resolve } from 'node:path';
import { absoluteReference } from './model-reference.js';
import type { Path } from './text/problems.js';
import { branchFor, expand, isObject, type Schema } from './schema/schema.js';
import type { Json } from './text/tree.js';

/** The folder that a path at a place of the configuration is relative to. */
export type DirectoryOf = (path: Path) => string;

/**
 * A valid value with every default of its schema filled in and in its one canonical form: `adam` becomes the mapping of
 * its parameters, `{ name: relu }` becomes `relu` since it has none, `[3, 3]` becomes `3`, paths become absolute. Keys
 * come in the order of the schema. What a layer inherits is not filled in here.
 * @param value undefined where the configuration says nothing
 */
export function withDefaults(
  schema: Schema,
  value: Json | undefined,
  directoryOf: DirectoryOf,
  path: Path = [],
): Json | undefined {
  const whole = expand(schema);
  const given = value === undefined ? whole.default : value;
  if (given === undefined) return undefined;
  if (typeof given === 'string' && whole['x-path']) return resolve(directoryOf(path), given);
  if (typeof given === 'string' && whole['x-model']) return absoluteReference(given, directoryOf(path));
  const long = longForm(whole, given);
  const branch = branchFor(whole, long);
  if (Array.isArray(long)) {
    const items = long.map((item, i) =>
      branch.items ? withDefaults(branch.items, item, directoryOf, [...path, i]) : item,
    );
    return shortColor(whole, shortSize(whole, items as Json[]));
  }
  return isObject(long) ? shortName(whole, mappingWithDefaults(branch, long, directoryOf, path)) : long;
}

function mappingWithDefaults(branch: Schema, value: Record<string, Json>, directoryOf: DirectoryOf, path: Path) {
  const result: Record<string, Json> = {};
  for (const { key, schema, fixed } of propertiesOf(branch)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const complete =
      given === undefined && fixed ? fixed.value : withDefaults(schema, given, directoryOf, [...path, key]);
    if (complete !== undefined) result[key] = complete;
  }
  const other = typeof branch.additionalProperties === 'object' ? branch.additionalProperties : undefined;
  const extra = Object.keys(value).filter((key) => !Object.hasOwn(branch.properties ?? {}, key));
  const entries = extra.map((key): [string, Json] => {
    // The bounds leave some values.
    const complete = other && withDefaults(other, value[key], directoryOf, [...path, key]);
    return [key, complete ?? value[key]];
  });
  // fromEntries defines properties rather than assigning them, so that a key `__proto__` is a key like any other.
  return extra.length === 0 ? result : { ...result, ...Object.fromEntries(entries) };
}

interface Property {
  key: string;
  schema: Schema;
  /** What it is when nothing is given, where that needs no completing. */
  fixed: { value: Json | undefined } | undefined;
}

const propertiesOfBranch = new WeakMap<Schema, Property[]>();

/** The properties of a mapping's schema; gathered once, since every layer of every variant of a sweep asks for them. */
function propertiesOf(branch: Schema): Property[] {
  const known = propertiesOfBranch.get(branch);
  if (known) return known;
  const properties = Object.entries(branch.properties ?? {}).map(([key, schema]): Property => {
    const { default: value, then, 'x-path': isPath } = expand(schema);
    const isPlain = value === null || (typeof value !== 'object' && !(typeof value === 'string' && (then ?? isPath)));
    return { key, schema, fixed: isPlain ? { value } : undefined };
  });
  propertiesOfBranch.set(branch, properties);
  return properties;
}

/** The mapping that a shorthand stands for: of a name with parameters, or of a parameter's list of values. */
function longForm({ then, 'x-key-of': keyOf }: Schema, value: Json): Json {
  if (typeof value === 'string' && keyOf) return { [value]: keyOf };
  // Several columns of one type can only be numbers.
  if (Array.isArray(value) && keyOf)
    return Object.fromEntries((value as string[]).map((name) => [name, { type: 'number' }]));
  if (Array.isArray(value) && then?.['x-shorthand'] && then.type === 'array') return { values: value };
  if (typeof value !== 'string' || !then) return value;
  const key = expand(then).discriminator?.propertyName ?? 'name';
  const named = { [key]: value };
  const { properties = {} } = branchFor(then, named);
  const { const: name, enum: names = [name] } = (properties as Record<string, Schema | undefined>)[key] ?? {};
  // A function without parameters is its name.
  const isName = key === 'name' && Object.keys(properties).length === 1;
  return names.includes(value) && !isName ? named : value;
}

/** The name alone of a function without parameters, where a name is allowed. */
function shortName(whole: Schema, value: Record<string, Json>): Json {
  const nameOnly = whole.if && Object.keys(value).length === 1 && Object.hasOwn(value, 'name');
  return nameOnly ? value.name : value;
}

/** One number for a square. */
function shortSize({ title }: Schema, items: Json[]): Json {
  const isSize = title === 'Size' || title === 'OptionalSize';
  return isSize && items.length === 2 && items[0] === items[1] ? items[0] : items;
}

/** The name of a colour that has one. */
function shortColor({ title }: Schema, color: Json): Json {
  if (title !== 'Background') return color;
  return { '[255,255,255]': 'white', '[0,0,0]': 'black' }[JSON.stringify(color)] ?? color;
}
