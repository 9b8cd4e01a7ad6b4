import { createHash } from 'node:crypto';
import { modelLabel } from './model-reference.js';
import { isObject } from './schema.js';
import type { Values } from './sweep-conditions.js';
import type { Json } from './tree.js';

/** Of a list item, or of what has a name: `name=cifar10` could be anything, `dataset.name=cifar10` is not. */
const saysTooLittle = /^\d+(\.|$)|^(name|type)$/;

/** A value's label is no longer than this. */
const longestLabel = 48;

/**
 * How a variant is called in tables and run names: `kernel_size=3 pooling=max`.
 * @param values of the variant
 * @param keys all that vary in the sweep: each is shortened to what tells it from the others
 */
export function cellLabel(values: Values, keys: readonly string[]): string {
  const words = Object.entries(values).map(([key, value]) => `${shortKey(key, keys)}=${valueLabel(value)}`);
  return words.length === 0 ? 'base' : words.join(' ');
}

/** The last parts of a dotted key, as many as tell it from the others: `learning_rate`, `layers.0.filters`. */
export function shortKey(key: string, keys: readonly string[]): string {
  const parts = key.split('.');
  const others = keys.filter((other) => other !== key);
  const count = parts.findIndex((_, i) => {
    const end = parts.slice(parts.length - 1 - i).join('.');
    return !saysTooLittle.test(end) && others.every((other) => other !== end && !other.endsWith(`.${end}`));
  });
  return count === -1 ? key : parts.slice(parts.length - 1 - count).join('.');
}

/**
 * A value in a word: `0.001`, `sgd(momentum=0.9)`, `rotation(factor=0.04)`, `[conv2d(filters=32),dense]`. Where that is
 * long, without the keys of plain values: `translation(0.07,0.07)`. What is longer still ends in a digest.
 */
export function valueLabel(value: Json): string {
  const label = [wordOf(value, true), wordOf(value, false)].find(({ length }) => length <= longestLabel);
  if (label !== undefined) return label;
  const digest = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 4);
  return `${wordOf(value, false).slice(0, longestLabel - 6)}…#${digest}`;
}

/** @param isNamed whether plain options keep their keys */
function wordOf(value: Json, isNamed: boolean): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return `[${value.map((each) => wordOf(each, isNamed)).join(',')}]`;
  if (!isObject(value)) return modelLabel(value) ?? String(value);
  const { name, type, ...rest } = value;
  const title = [name, type].filter((word) => typeof word === 'string').join(':');
  const options = Object.entries(rest).map(([key, option]) => optionWord(key, option, isNamed));
  if (options.length === 0) return title === '' ? '{}' : title;
  if (title !== '') return `${title}(${options.join(',')})`;
  return Object.values(rest).every(isObject) ? options.join(',') : `(${options.join(',')})`;
}

/** `rate=0.5`, or `rotation(factor=0.04)` of what has options of its own. */
function optionWord(key: string, option: Json, isNamed: boolean): string {
  if (!isObject(option)) return isNamed ? `${key}=${wordOf(option, isNamed)}` : wordOf(option, isNamed);
  const word = wordOf(option, isNamed);
  if (word === '{}') return key;
  return word.startsWith('(') ? `${key}${word}` : `${key}(${word})`;
}
