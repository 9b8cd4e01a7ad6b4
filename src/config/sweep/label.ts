import { modelLabel } from '../model-reference.js';
import { isObject } from '../schema/schema.js';
import type { SweepConfig } from '../schema/experiment.generated.js';
import type { Values } from './conditions.js';
import { DATASET, parametersOf } from './datasets.js';
import { type GivenNames, includedValues, type NamedVariant } from './names.js';
import type { Json } from '../text/tree.js';

/** Of a list item, or of what has a name: `name=cifar10` could be anything, `dataset.name=cifar10` is not. */
const SAYS_TOO_LITTLE = /^\d+(\.|$)|^(name|type)$/;

/** A value's label is no longer than this. */
const LONGEST_LABEL = 60;

/**
 * How a variant is called in run names and files: as the experiment file names it, else `kernel_size=3 pooling=max`.
 * @param values of the variant
 * @param keys all that vary in the sweep: each is shortened to what tells it from the others
 */
export function variantLabel(values: Values, keys: readonly string[], names: GivenNames = {}): string {
  if (names.variant !== undefined) return [...datasetWords(values, names), names.variant].join(' ');
  const words = Object.entries(values).map(
    ([key, value]) => `${shortKey(key, keys)}=${names.values?.[key] ?? valueLabel(value)}`,
  );
  return words.length === 0 ? 'base' : words.join(' ');
}

/** Every key that some variant has a value of: the parameters in their order, then what `include` adds. */
export function sweptKeys(sweep: SweepConfig): string[] {
  const included = includedValues(sweep).flatMap((values) => Object.keys(values));
  return [...new Set([...Object.keys(parametersOf(sweep)), ...included])];
}

/** Calls the variants of a sweep by what tells them apart. */
export function labelsOf(sweep: SweepConfig): (variant: NamedVariant) => string {
  const keys = sweptKeys(sweep);
  return ({ values, names }) => variantLabel(values, keys, names);
}

/** Likewise variants whose sweep isn't at hand. */
export function labelsAmong(variants: readonly NamedVariant[]): string[] {
  const keys = [...new Set(variants.flatMap(({ values }) => Object.keys(values)))];
  return variants.map(({ values, names }) => variantLabel(values, keys, names));
}

/** Of a named variant on one of several datasets: which. */
function datasetWords(values: Values, { values: named = {} }: GivenNames): string[] {
  return Object.hasOwn(values, DATASET) && Object.hasOwn(named, DATASET) ? [`${DATASET}=${named[DATASET]}`] : [];
}

/** The last parts of a dotted key, as many as tell it from the others: `learning_rate`, `layers.0.filters`. */
export function shortKey(key: string, keys: readonly string[]): string {
  const parts = key.split('.');
  const others = keys.filter((other) => other !== key);
  const count = parts.findIndex((_, i) => {
    const end = parts.slice(parts.length - 1 - i).join('.');
    return !SAYS_TOO_LITTLE.test(end) && others.every((other) => other !== end && !other.endsWith(`.${end}`));
  });
  return count === -1 ? key : parts.slice(parts.length - 1 - count).join('.');
}

/** A value in a word: `0.001`, `sgd(momentum=0.9)`, `rotation(factor=0.04)`, `[conv2d(filters=32), dense]`. What is long is cut. */
export function valueLabel(value: Json): string {
  return cut(wordOf(value, () => true));
}

/**
 * Values that are compared, each in a word: of long ones only what differs from others of the same name, as in
 * `sgd(nesterov=true)`. Those that still read the same are numbered.
 */
export function valueLabels(values: readonly Json[]): string[] {
  const labels = values.map((value) => {
    const whole = wordOf(value, () => true);
    return whole.length <= LONGEST_LABEL ? whole : cut(wordOf(value, differsAmong(values, value)));
  });
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return labels.map((label, index) => (counts.get(label) === 1 ? label : `${label} (${index + 1})`));
}

/** Levels of a parameter that are compared, each in a word. */
export function levelLabels(levels: readonly { value: Json; isAbsent?: boolean }[]): string[] {
  const labels = valueLabels(levels.flatMap(({ value, isAbsent }) => (isAbsent ? [] : [value])));
  return levels.map(({ isAbsent }) => (isAbsent ? '—' : (labels.shift() ?? '')));
}

/** Whether to tell an option of a value: those of the same name have others. */
function differsAmong(values: readonly Json[], value: Json): (key: string) => boolean {
  const alike = values.filter((other) => titleOf(other) === titleOf(value));
  const texts = (key: string): Set<string> =>
    new Set(alike.map((each) => JSON.stringify(isObject(each) ? each[key] : each)));
  return (key) => alike.length < 2 || texts(key).size > 1;
}

/** Cut after an option or an item, where there is one. */
function cut(label: string): string {
  if (label.length <= LONGEST_LABEL) return label;
  const kept = label.slice(0, LONGEST_LABEL - 2);
  const end = kept.lastIndexOf(', ');
  return `${end > LONGEST_LABEL / 3 ? kept.slice(0, end + 2) : kept}…`;
}

function titleOf(value: Json): string {
  if (!isObject(value)) return '';
  return [value.name, value.type].filter((word) => typeof word === 'string').join(':');
}

/** @param isTold whether an option is told, by its key; those within others are told in any case */
function wordOf(value: Json, isTold: (key: string) => boolean): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return `[${value.map((each) => wordOf(each, () => true)).join(', ')}]`;
  if (!isObject(value)) return modelLabel(value) ?? String(value);
  const title = titleOf(value);
  const rest = Object.entries(value).filter(([key, word]) => !(/^(name|type)$/.test(key) && typeof word === 'string'));
  const options = rest.filter(([key]) => isTold(key)).map(([key, option]) => optionWord(key, option));
  if (options.length === 0) return title === '' ? '{}' : title;
  if (title !== '') return `${title}(${options.join(', ')})`;
  return rest.every(([, option]) => isObject(option)) ? options.join(', ') : `(${options.join(', ')})`;
}

/** `rate=0.5`, or `rotation(factor=0.04)` of what has options of its own. */
function optionWord(key: string, option: Json): string {
  const word = wordOf(option, () => true);
  if (!isObject(option)) return `${key}=${word}`;
  if (word === '{}') return key;
  return word.startsWith('(') ? `${key}${word}` : `${key}(${word})`;
}
