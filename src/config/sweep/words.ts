import { isObject } from '../schema/schema.js';
import type { Json } from '../text/tree.js';
import { listed } from '../../text/words.js';
import type { Values } from './conditions.js';
import { levelLabels } from './label.js';
import type { GivenNames } from './names.js';

/** How a value is told, where it is one of some that vary: `3×3 kernels`. */
type Tell = (value: Json, others: readonly Json[]) => string;

/** A value's options are told if they fit, with it, into so many characters, or if nothing else tells it from the others. */
const MOST_CHARACTERS = 56;

/** Names that aren't simply written with spaces. */
const NAMES: Partial<Record<string, string>> = {
  adam: 'Adam',
  adamw: 'AdamW',
  adagrad: 'Adagrad',
  adadelta: 'Adadelta',
  rmsprop: 'RMSprop',
  sgd: 'SGD',
  relu: 'ReLU',
  relu6: 'ReLU6',
  leaky_relu: 'leaky ReLU',
  elu: 'ELU',
  selu: 'SELU',
  gelu: 'GELU',
  silu: 'SiLU',
  glorot_uniform: 'Glorot uniform',
  glorot_normal: 'Glorot normal',
  he_uniform: 'He uniform',
  he_normal: 'He normal',
  lecun_uniform: 'LeCun uniform',
  lecun_normal: 'LeCun normal',
  zeros: 'zero',
  ones: 'one',
};

/** By the last part of a key: how its values are told. Other keys are told by their own words and the value. */
const TELLS: Record<string, Tell> = {
  kernel_size: (value) => `${sizeWords(value)} kernels`,
  pooling: (value) => `${value === 'none' ? 'no' : wordsOf(value)} pooling`,
  padding: (value) => `${wordsOf(value)} padding`,
  activation: (value, others) => namedWords(value, others),
  optimizer: (value, others) => namedWords(value, others),
  kernel_initializer: (value, others) => namedWords(value, others, ' initialization'),
  kernel_regularizer: (value) => regularizerWords(value),
  augmentation: (value, others) => augmentationWords(value, others),
  normalization: (value) => (typeof value === 'string' ? NORMALIZATIONS[value] : undefined) ?? wordsOf(value),
  learning_rate_schedule: (value, others) => namedWords(value, others, ' learning rate'),
  train_fraction: (value) =>
    typeof value === 'number' ? `${round(100 * value)} % of the training images` : wordsOf(value),
  rate: (value) => (value === 0 ? 'no dropout' : `dropout ${wordsOf(value)}`),
  dropout: (value) => (value === 0 ? 'no dropout' : `dropout ${wordsOf(value)}`),
  filters: (value) => countedWords(value, 'filter'),
  units: (value) => countedWords(value, 'unit'),
  epochs: (value) => countedWords(value, 'epoch'),
  count: (value) => countedWords(value, 'block'),
};

const NORMALIZATIONS: Partial<Record<string, string>> = {
  rescale: 'rescaled pixels',
  standardize: 'standardized pixels',
  none: 'pixels as they are',
};

/**
 * How a variant is called in a sentence: `3×3 kernels + max pooling`. Unlike its label, which names keys, this can't be pasted.
 * @param values of the variant
 * @param all the values of every variant, this one's too: of a key with two values, `early stopping` says enough
 * @param names what the file calls the variant and its values, if it names any
 */
export function variantWords(values: Values, all: readonly Values[], names?: GivenNames): string {
  if (names?.variant !== undefined) return names.variant;
  const words = Object.entries(values).map(
    ([key, value]) =>
      names?.values?.[key] ??
      valueWords(
        key,
        value,
        all.flatMap((each) => (Object.hasOwn(each, key) ? [each[key]] : [])),
      ),
  );
  return words.length === 0 ? 'as it is' : words.join(' + ');
}

/** What variants are called in sentences: in words where those tell all of them apart, else by their labels. */
export function variantTitles(variants: readonly { label: string; values: Values; names?: GivenNames }[]): string[] {
  const all = variants.map(({ values }) => values);
  const words = variants.map(({ values, names }) => variantWords(values, all, names));
  const isTold = variants.every(({ values }) => Object.keys(values).length > 0);
  return isTold && new Set(words).size === words.length ? words : variants.map(({ label }) => label);
}

/**
 * How a value of a parameter is called in a sentence.
 * @param others all the values that it has, this one too
 */
export function valueWords(key: string, value: Json, others: readonly Json[]): string {
  const last = key.slice(key.lastIndexOf('.') + 1);
  if (last === 'augmentation' || (Object.hasOwn(TELLS, last) && value !== null)) return TELLS[last](value, others);
  // A whole layer is called by its kind.
  if (/^\d+$/.test(last)) return namedWords(value, others);
  return switchWords(spaced(last), value, others);
}

/** What levels of a parameter are called in sentences: in words where those tell all of them apart, else by their labels. */
export function levelWords(key: string, levels: readonly { value: Json; isAbsent?: boolean }[]): string[] {
  const values = levels.map(({ value }) => value);
  const words = values.map((value) => valueWords(key, value, values));
  return new Set(words).size === words.length ? words : levelLabels(levels);
}

/** How a parameter is called in a sentence: `kernel size`, `layer 3`, counted from 1. */
export function keyWords(key: string): string {
  const last = key.slice(key.lastIndexOf('.') + 1);
  return /^\d+$/.test(last) ? `layer ${Number(last) + 1}` : spaced(last);
}

/** What is on or off, or has a value: `no early stopping`, `early stopping`, `batch size 32`. */
function switchWords(title: string, value: Json, others: readonly Json[]): string {
  if (value === null || value === false) return `no ${title}`;
  if (value === true) return title;
  const isOnlyOne = new Set(others.filter((other) => other !== null).map((other) => JSON.stringify(other))).size === 1;
  if (others.includes(null) && isOnlyOne) return title;
  return isObject(value) && !('name' in value)
    ? `${title}${optionWords(value)}`
    : `${title} ${namedWords(value, others)}`;
}

/**
 * A name, or a name with its options: `SGD (learning rate 0.1, momentum 0.9)`.
 * @param noun after the name: ` initialization`
 */
function namedWords(value: Json, others: readonly Json[], noun = ''): string {
  if (!isObject(value)) return `${wordsOf(value)}${noun}`;
  const { name, type, ...options } = value;
  const title = `${wordsOf(name ?? type ?? 'other').replace(/ ?2d$/, '')}${noun}`;
  return withOptions(title, optionWords(options), others.map(titleOf), titleOf(value));
}

function titleOf(value: Json): string {
  return isObject(value) ? JSON.stringify(value.name ?? value.type ?? Object.keys(value)) : JSON.stringify(value);
}

/** Options that are too long are left out where the title alone tells the value from the others. */
function withOptions(title: string, options: string, titles: readonly string[], own: string): string {
  const isAlone = titles.filter((each) => each === own).length < 2;
  return isAlone && title.length + options.length > MOST_CHARACTERS ? title : `${title}${options}`;
}

/** ` (learning rate 0.1, momentum 0.9)`, or nothing. */
function optionWords(options: Record<string, Json>): string {
  const words = Object.entries(options).map(([key, value]) =>
    typeof value === 'boolean' ? `${value ? '' : 'no '}${spaced(key)}` : `${spaced(key)} ${namedWords(value, [])}`,
  );
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** `rotation (factor 0.04)`; of several, `noise, rotation and translation`. */
function augmentationWords(value: Json, others: readonly Json[]): string {
  const used = Object.entries(isObject(value) ? value : {}).filter(([, options]) => options !== null);
  if (used.length === 0) return 'no augmentation';
  const full = listed(used.map(([name, options]) => `${spaced(name)}${isObject(options) ? optionWords(options) : ''}`));
  const short = listed(used.map(([name]) => spaced(name)));
  return withOptions(short, full.slice(short.length), others.map(titleOf), titleOf(value)) === short ? short : full;
}

/** `L2 0.001`, `L1 0.01 and L2 0.001`; strengths of 0 are none. */
function regularizerWords(value: Json): string {
  const used = Object.entries(isObject(value) ? value : {}).filter(
    ([, strength]) => strength !== 0 && strength !== null,
  );
  if (used.length === 0) return isObject(value) ? 'no regularization' : wordsOf(value);
  return listed(used.map(([name, strength]) => `${name.toUpperCase()} ${wordsOf(strength)}`));
}

/** `3×3`, `3×5` */
function sizeWords(value: Json): string {
  const [height, width = height] = Array.isArray(value) ? value : [value];
  return `${wordsOf(height)}×${wordsOf(width)}`;
}

function countedWords(value: Json, word: string): string {
  return `${wordsOf(value)} ${word}${value === 1 ? '' : 's'}`;
}

/** A plain value: numbers as JavaScript writes them, in four digits; names as they are called. */
function wordsOf(value: Json): string {
  if (typeof value === 'number') return String(round(value));
  if (Array.isArray(value)) return `[${value.map(wordsOf).join(', ')}]`;
  if (isObject(value)) return namedWords(value, []);
  if (value === null) return 'none';
  return NAMES[String(value)] ?? spaced(String(value));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function spaced(text: string): string {
  return text.replaceAll('_', ' ');
}
