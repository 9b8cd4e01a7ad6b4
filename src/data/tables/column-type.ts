import { counted, listed } from '../../text/words.js';
import { type ColumnProfile, type Found, MOST_VALUES } from './profile.js';
import type { NumberFormat } from './number-text.js';
import { shown } from './table-error.js';

/** What a column may be used as. */
export type InferredType =
  'number' | 'category' | 'multi_label' | 'text' | 'image' | 'audio' | 'date' | 'identifier' | 'empty' | 'unknown';

/** What a column looks like, and why. */
export interface Inference {
  type: InferredType;
  /** In the user's words, after the column's name: `535 whole numbers from 1 to 10`. */
  reason: string;
  /** How its numbers are written, if it is text. */
  format?: NumberFormat;
}

/** Text of so many different values, each twice or more on average, is taken for classes. */
const MOST_CLASSES = 200;
const NAMED = 5;

/** What a column looks like, by all of its cells. */
export function inferColumn(column: ColumnProfile): Inference {
  const given = column.rows - column.missing.count;
  if (given === 0) return { type: 'empty', reason: 'has no values' };
  const kinds = [...column.kinds.keys()];
  if (kinds.length > 1) return { type: 'unknown', reason: `holds ${listed(kinds.map((kind) => WORDS[kind]))}` };
  return byKind[kinds[0]](column, given);
}

const WORDS = {
  text: 'text',
  number: 'numbers',
  boolean: 'truth values',
  date: 'dates',
  image: 'images',
  file: 'files',
  array: 'arrays of numbers',
  list: 'lists',
  structure: 'structures',
};

type Infer = (column: ColumnProfile, given: number) => Inference;

const byKind: Record<keyof typeof WORDS, Infer> = {
  text: inferText,
  number: (column, given) =>
    column.classes
      ? { type: 'category', reason: `${column.classes.length} classes, named in the file: ${named(column.classes)}` }
      : inferNumbers(column, given),
  boolean: () => ({ type: 'category', reason: 'true and false' }),
  date: (_, given) => ({ type: 'date', reason: counted(given, 'date') }),
  image: (_, given) => ({ type: 'image', reason: `${counted(given, 'image')} in the file` }),
  file: (_, given) => ({ type: 'unknown', reason: `${counted(given, 'file')} of no known kind` }),
  array: ({ shapes }, given) => ({
    type: /^\d+×\d+(×[134])?$/.test([...shapes][0]) && shapes.size === 1 ? 'image' : 'unknown',
    reason: `${counted(given, 'array')} of ${listed([...shapes])} numbers`,
  }),
  list: ({ values }, given) => ({
    type: 'multi_label',
    reason: `${counted(given, 'list')} of ${values.size} different values: ${named([...values.keys()])}`,
  }),
  structure: () => ({ type: 'unknown', reason: 'structures of several values' }),
};

function inferText(column: ColumnProfile, given: number): Inference {
  const { dates, images, audio } = column.texts;
  if (images === given) return { type: 'image', reason: `names of ${counted(given, 'image file')}` };
  if (audio === given) return { type: 'audio', reason: `names of ${counted(given, 'audio file')}` };
  if (dates === given) return { type: 'date', reason: counted(given, 'date') };
  const range = column.numbers.at(0);
  if (!range || range.count === 0) return inferWords(column, given);
  const { decimal, thousands } = range.format;
  if (decimal === '.' && thousands === '') return inferNumbers(column, given);
  if (column.numbers.some(({ min, max }) => min !== range.min || max !== range.max)) return ambiguous(column);
  return { ...inferNumbers(column, given), format: range.format };
}

function ambiguous(column: ColumnProfile): Inference {
  const [example] = [...column.values.keys()].filter((value) => /[.,]/.test(value));
  const reason = `${shown(example)} may be a decimal or thousands: say which is meant`;
  return { type: 'unknown', reason };
}

function inferNumbers(column: ColumnProfile, given: number): Inference {
  const [{ min, max, whole, count }] = column.numbers;
  const noun = whole ? 'whole number' : 'number';
  const missing = given - count;
  const said = listed([...column.missingWords.keys()].map((word) => shown(word)));
  const range = min > max ? '' : ` from ${min} to ${max}`;
  const different = column.hasMoreValues ? `more than ${MOST_VALUES}` : column.values.size - column.missingWords.size;
  const few = whole && !column.hasMoreValues && column.values.size <= 20 ? `, ${different} different` : '';
  return {
    type: 'number',
    reason: `${counted(count, noun)}${range}${few}${missing > 0 ? `; ${said} is taken for a missing value` : ''}`,
  };
}

function inferWords(column: ColumnProfile, given: number): Inference {
  const { values, hasMoreValues, notNumber } = column;
  const isFew = !hasMoreValues && values.size <= MOST_CLASSES && values.size * 2 <= given;
  if (isFew) return { type: 'category', reason: `${values.size} different values: ${named(byCount(values))}` };
  const isOwn =
    !hasMoreValues && values.size === given && [...values.keys()].every((value) => /^\S{1,64}$/.test(value));
  if (isOwn) return { type: 'identifier', reason: 'another value in each row' };
  const mostly = notNumber && /^[\d.,\s]+$/.test([...values.keys()][0] ?? '') ? notNumber : undefined;
  return mostly
    ? { type: 'text', reason: `${shown(mostly.text)} at ${mostly.place} is no number` }
    : { type: 'text', reason: `${hasMoreValues ? `more than ${MOST_VALUES}` : values.size} different values` };
}

function byCount(values: ReadonlyMap<string, Found>): string[] {
  return [...values].sort((a, b) => b[1].count - a[1].count).map(([value]) => value);
}

function named(values: readonly string[]): string {
  return `${values.slice(0, NAMED).join(', ')}${values.length > NAMED ? ', …' : ''}`;
}
