import { UserError } from '../../text/errors.js';
import type { TaskOptions } from '../dataset.js';
import { fileText } from '../tables/text-file.js';

/** Longer lines are no vectors: these have thousands of numbers at most. */
const LONGEST_LINE = 2 ** 20;

/**
 * Reads the vectors of some words from a text file as GloVe, word2vec and fastText write them: a word and its numbers a
 * line, separated by spaces; a first line of two whole numbers, how many there are and how long, may stand before them. Of
 * a word that stands there twice the first counts.
 * @param wanted word → what the result has it by
 * @param size numbers of a vector
 * @throws UserError with the line of what is no vector of that size; `dataset-file-missing`
 */
export async function readWordVectors(
  file: string,
  wanted: ReadonlyMap<string, number>,
  size: number,
  options: TaskOptions = {},
): Promise<Map<number, Float32Array>> {
  const reader = new VectorReader(file, wanted, size);
  let rest = '';
  for await (const part of fileText(file, options)) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) reader.take(line);
    if (rest.length > LONGEST_LINE) throw invalid(`${file}:${reader.line + 1}`, 'is too long for a vector');
  }
  if (rest !== '') reader.take(rest);
  return reader.vectors;
}

class VectorReader {
  readonly vectors = new Map<number, Float32Array>();
  /** The last that was taken, from 1. */
  line = 0;

  constructor(
    readonly file: string,
    readonly wanted: ReadonlyMap<string, number>,
    readonly size: number,
  ) {}

  take(text: string): void {
    this.line++;
    const first = text.slice(0, text.search(/[ \t]|$/));
    if (this.line > 2 && !this.wanted.has(first)) return;
    const fields = text.trimEnd().split(/[ \t]+/);
    if (this.line === 1 && fields.length === 2 && fields.every((field) => /^\d+$/.test(field))) {
      this.#requireSize(Number(fields[1]));
      return;
    }
    if (fields.length === 1 && fields[0] === '') return;
    // A word may have spaces in it, as some of GloVe's have.
    if (fields.length - 1 < this.size || this.line <= 2) this.#requireSize(fields.length - 1);
    const number = this.wanted.get(fields.slice(0, fields.length - this.size).join(' '));
    if (number === undefined || this.vectors.has(number)) return;
    const vector = Float32Array.from(fields.slice(-this.size), Number);
    if (!vector.every(Number.isFinite)) throw invalid(`${this.file}:${this.line}`, 'has something else than numbers');
    this.vectors.set(number, vector);
  }

  #requireSize(found: number): void {
    if (found === this.size) return;
    const hint = `set output_dim: ${found}, or give a file of vectors of ${this.size}`;
    throw invalid(`${this.file}:${this.line}`, `vectors of ${found} numbers, where output_dim is ${this.size}`, hint);
  }
}

function invalid(
  place: string,
  problem: string,
  hint = 'a line is a word and its numbers, separated by spaces',
): UserError {
  return new UserError(`${place}: ${problem}`, { code: 'dataset-invalid', hint });
}
