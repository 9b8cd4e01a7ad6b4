import * as tf from '@tensorflow/tfjs';
import type { TextInput } from '../../config/schema/experiment.generated.js';
import type { ColumnValues, InputColumn } from '../dataset.js';
import type { Cell } from '../tables/table.js';
import { invalidTable } from '../tables/table-error.js';
import { tokenizer } from '../text/tokenizer.js';
import { FIRST_WORD, PADDING, UNKNOWN_NUMBER, inverseDocumentFrequency, mostFrequent } from '../text/vocabulary.js';
import { WordNumbers } from '../text/word-numbers.js';
import type { ReadRows } from './cells.js';
import type { InputKind } from './input-kind.js';
import type { SingleValues } from './single-values.js';

/** Texts; resident as the numbers of their words, int32 [rows, length]: 0 for padding, 1 for unknown words. */
export interface TextColumn extends InputColumn, Omit<TextInput, 'type' | 'output_sequence_length' | 'vocabulary'> {
  type: 'text';
  /** The words that are numbered from 2 on: those of the rows trained on and those that validate; of a model, its vocabulary. */
  words: readonly string[];
  /** Whether the file says the vocabulary: then nothing is learnt of the texts. */
  isGiven: boolean;
}

/** What was learnt of the texts trained on. */
export interface TextPreparation {
  /** Of each number of the column the model's: 1 where its word isn't in the vocabulary. Null where they are the same. */
  numbers: readonly number[] | null;
  output_mode: TextInput['output_mode'];
  /** Of a vector, its length. */
  length: number;
  /** The weight of each place of a vector, of tf-idf. */
  weights: readonly number[] | null;
}

export const text: InputKind<TextColumn, TextPreparation> = {
  read(name, config) {
    const { output_sequence_length: length, vocabulary, ...rest } = config as TextInput;
    const tokenize = tokenizer(rest);
    const numbers = new WordNumbers(name, vocabulary ?? undefined);
    return {
      add: (cell, place) => {
        numbers.add(tokenize(textOf(cell, place)), place);
      },
      finish: ({ train, test }, table) => {
        const { words, renumbered } = wordsAmong(numbers, train, vocabulary);
        const shape = shapeOf(rest, words.length, length ?? Math.max(1, numbers.longest(train)));
        const column: TextColumn = { name, ...rest, ...shape, words, isGiven: vocabulary !== null };
        // Whole, beyond what the model takes of them: all of their words are counted for the vocabulary.
        const wholes = [train, test].map((rows) => {
          return numbers.padded(rows, Math.max(1, numbers.longest(rows)), renumbered);
        });
        const texts = (rows: readonly number[]): Promise<string[]> => textsOfRows(table, name, rows);
        return { column, texts, load: () => Promise.resolve({ train: wholes[0], test: wholes[1] }) };
      },
    };
  },
  configOf: ({ standardize, split, ngrams, max_tokens, output_mode, words, shape }) => ({
    ...{ type: 'text', standardize, split, ngrams, max_tokens, output_mode },
    output_sequence_length: output_mode === 'int' ? shape[0] : null,
    vocabulary: [...words],
  }),
  single: singleTexts,
  fit(column, values, count, indices) {
    const { words, max_tokens: most, output_mode, shape } = column;
    const { counts, documents } = countWords(values as Int32Array, count, indices, words.length);
    const reserved = output_mode === 'int' ? FIRST_WORD : 1;
    const known = column.isGiven ? [...words.keys()] : mostFrequent(words, counts, (most ?? Infinity) - reserved);
    const numbers = new Array<number>(FIRST_WORD + words.length).fill(UNKNOWN_NUMBER);
    numbers[PADDING] = PADDING;
    known.forEach((word, place) => {
      numbers[FIRST_WORD + word] = FIRST_WORD + place;
    });
    const weights =
      output_mode === 'tf_idf'
        ? inverseDocumentFrequency(
            known.map((word) => documents[word]),
            indices.length,
          )
        : null;
    return { numbers, output_mode, length: shape[0], weights };
  },
  kept(column, preparation) {
    return {
      column: { ...column, words: vocabularyOf(column, preparation) },
      preparation: { ...preparation, numbers: null },
    };
  },
  translate(values, from, to) {
    const places = new Map(to.words.map((word, index) => [word, FIRST_WORD + index]));
    const numbers = from.words.map((word) => places.get(word) ?? UNKNOWN_NUMBER);
    return (values as Int32Array).map((number) => (number < FIRST_WORD ? number : numbers[number - FIRST_WORD]));
  },
  isFitted,
  makeResident({ shape: [length], output_mode }, values, count, runtime) {
    const numbers = values as Int32Array;
    const width = numbers.length / count;
    const taken = output_mode === 'int' && width !== length ? resized(numbers, width, length) : numbers;
    const resident = runtime.resident(taken);
    const rows = tf.reshape(resident, [count, taken.length / count]);
    resident.dispose();
    return rows;
  },
  gather: (resident, indices) => tf.gather(resident, indices),
  prepare(batch, { numbers, output_mode, length, weights }) {
    const known = numbers ? tf.gather(tf.tensor1d([...numbers], 'int32'), batch) : batch;
    if (output_mode === 'int') return known;
    // The op leaves out what is beyond the vector: padding.
    const isPadding = tf.cast(tf.equal(known, PADDING), 'int32');
    const places: tf.Tensor = tf.add(
      tf.sub(known, tf.scalar(1, 'int32')),
      tf.mul(isPadding, tf.scalar(length + 1, 'int32')),
    );
    const counts = tf.denseBincount(
      places as tf.Tensor2D,
      tf.tensor2d([], [0, 0]),
      length,
      output_mode === 'multi_hot',
    );
    if (!weights) return counts;
    const all = Float32Array.from({ length }, (_, place) => weights.at(place) ?? 0);
    return tf.mul(counts, tf.tensor1d(all));
  },
};

/** Longer ones are no texts that a model of words is asked about. */
const MOST_CHARACTERS = 100_000;

function singleTexts(column: TextColumn, preparation: TextPreparation): SingleValues {
  const { name } = column;
  const tokenize = tokenizer(column);
  let numbers: Map<string, number> | undefined;
  const numberOf = (word: string): number => {
    numbers ??= new Map(vocabularyOf(column, preparation).map((known, index) => [known, FIRST_WORD + index]));
    return numbers.get(word) ?? UNKNOWN_NUMBER;
  };
  const countOf = (value: ColumnValues, isMeant: (number: number) => boolean): number =>
    (value as Int32Array).reduce((count, number) => count + Number(isMeant(number)), 0);
  const lengthOf = (value: ColumnValues): number => countOf(value, (number) => number !== PADDING);
  return {
    read(cell, place) {
      const given = textOf(cell, place);
      if (given.length > MOST_CHARACTERS) throw tooLong(place(), given.length);
      return Int32Array.from(tokenize(given), numberOf);
    },
    bytes: 0,
    watched: [
      { name: `${name}: words`, of: lengthOf },
      {
        name: `${name}: unknown words`,
        of: (value) => countOf(value, (number) => number === UNKNOWN_NUMBER) / lengthOf(value),
      },
    ],
    schema: { type: 'string', maxLength: MOST_CHARACTERS, nullable: true },
    example: () =>
      vocabularyOf(column, preparation)
        .slice(0, 5)
        .join(column.split === 'character' ? '' : ' '),
  };
}

function tooLong(place: string, length: number): Error {
  const problem = `a text of ${length.toLocaleString('en')} characters`;
  return invalidTable(place, problem, `at most ${MOST_CHARACTERS.toLocaleString('en')} are taken`);
}

/** The words that a model knows, in the order of their numbers, from 2 on. */
export function vocabularyOf(column: TextColumn, { numbers }: TextPreparation): readonly string[] {
  if (numbers === null) return column.words;
  const words: string[] = [];
  column.words.forEach((word, index) => {
    const place = numbers[FIRST_WORD + index];
    if (place >= FIRST_WORD) words[place - FIRST_WORD] = word;
  });
  return words;
}

/** The texts of some rows, as they are written. */
async function textsOfRows(table: ReadRows, name: string, rows: readonly number[]): Promise<string[]> {
  const wanted = new Map(rows.map((row) => [row, '']));
  const last = rows.reduce((most, row) => Math.max(most, row), -1);
  for await (const { first, cells, place } of table.cellsOf(name, {})) {
    cells.forEach((cell, index) => {
      if (wanted.has(first + index))
        wanted.set(
          first + index,
          textOf(cell, () => place(index)),
        );
    });
    if (first + cells.length > last) break;
  }
  return rows.map((row) => wanted.get(row) ?? '');
}

/** Nothing is a text of no words. */
function textOf(cell: Cell, place: () => string): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  throw invalidTable(place(), 'expected a text, found a value of several parts', 'choose another column');
}

/** The words of some rows, in the order in which they were found, and the number of each word that was found anywhere. */
function wordsAmong(
  numbers: WordNumbers,
  rows: Int32Array,
  given: readonly string[] | null,
): { words: readonly string[]; renumbered: Int32Array } {
  const all = numbers.words;
  if (given) return { words: given, renumbered: Int32Array.from(all, (_, index) => FIRST_WORD + index) };
  const isPresent = numbers.present(rows);
  const words = all.filter((_, index) => isPresent[index] === 1);
  let next = FIRST_WORD;
  return { words, renumbered: Int32Array.from(isPresent, (is) => (is === 1 ? next++ : UNKNOWN_NUMBER)) };
}

/** Room for every word that may come to be in the vocabulary, so that it is the same whatever rows are drawn to train on. */
function shapeOf(
  { output_mode, max_tokens: most }: Pick<TextInput, 'output_mode' | 'max_tokens'>,
  words: number,
  length: number,
): Pick<TextColumn, 'shape' | 'tokens'> {
  const tokens = (reserved: number): number => Math.min(most ?? Infinity, words + reserved);
  return output_mode === 'int' ? { shape: [length], tokens: tokens(FIRST_WORD) } : { shape: [tokens(1)] };
}

/** Of each word, how often it stands in some texts, and in how many of them. */
function countWords(
  values: Int32Array,
  count: number,
  rows: Int32Array,
  words: number,
): { counts: Int32Array; documents: Int32Array } {
  const width = values.length / count;
  const counts = new Int32Array(words);
  const documents = new Int32Array(words);
  const lastSeen = new Int32Array(words).fill(-1);
  for (const row of rows) {
    for (let at = row * width; at < (row + 1) * width; at++) {
      const word = values[at] - FIRST_WORD;
      if (word < 0) continue;
      counts[word]++;
      if (lastSeen[word] !== row) documents[word]++;
      lastSeen[word] = row;
    }
  }
  return { counts, documents };
}

/** Rows of another length: cut, or padded. */
function resized(values: Int32Array, from: number, to: number): Int32Array {
  const rows = values.length / from;
  const result = new Int32Array(rows * to).fill(PADDING);
  for (let row = 0; row < rows; row++) {
    result.set(values.subarray(row * from, row * from + Math.min(from, to)), row * to);
  }
  return result;
}

function isFitted(column: InputColumn, preparation: unknown): boolean {
  const { words, shape, tokens, output_mode: mode, split, ngrams } = column as Partial<TextColumn>;
  const { numbers, length, output_mode, weights } = (preparation ?? {}) as Record<string, unknown>;
  if (!Array.isArray(words) || !Array.isArray(shape) || shape.length !== 1) return false;
  const isMode = ['int', 'multi_hot', 'count', 'tf_idf'].includes(String(mode)) && mode === output_mode;
  const isOfWords = words.every((word) => typeof word === 'string');
  const room = mode === 'int' ? Number(tokens) - FIRST_WORD : shape[0] - 1;
  const areWeights = weights === null || (Array.isArray(weights) && weights.every(Number.isFinite));
  const isSplit = ['whitespace', 'character'].includes(String(split)) && (ngrams === null || isWidths(ngrams));
  return [isMode, isOfWords, words.length <= room, numbers === null, length === shape[0], areWeights, isSplit].every(
    Boolean,
  );
}

function isWidths(ngrams: unknown): boolean {
  const isWidth = (width: unknown): boolean => Number.isInteger(width) && Number(width) >= 1 && Number(width) <= 10;
  return Array.isArray(ngrams) ? ngrams.every(isWidth) : isWidth(ngrams);
}
