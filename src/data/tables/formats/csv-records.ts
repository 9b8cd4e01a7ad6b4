import { isAscii } from 'node:buffer';
import { RecordScanner, type Reading, type Scanned, QUOTE } from './csv-scanner.js';
import { parseNumber, plainNumber } from '../number-text.js';
import { placeOf } from '../text-place.js';

/**
 * Takes whole records from a text as RFC 4180 has them: cells in quotes may hold separators, line ends and doubled quotes.
 * Lines may end in any way; empty ones are passed over. As in Python's csv, a quote within a cell that doesn't begin with
 * one is a character like others.
 *
 * Only finds where cells are, so that those that nobody asks for cost nothing more, and numbers needn't become texts.
 * Own code, since of the readers on npm none tells where a cell is, and csv-parse, which at least tells a record's line,
 * takes many times as long (bench/tables.ts); the tests compare with csv-parse, Python's csv and pandas.
 * @param text UTF-8
 * @param separator an ASCII character
 */
export function readRecords(text: Buffer, separator: string, reading: Reading): Records {
  const scanner = new RecordScanner(text, separator.charCodeAt(0), reading);
  return new Records(text, scanner.scan(reading.columns), reading.place);
}

/** Whole records of a text. */
export class Records {
  readonly columns: number;
  readonly count: number;
  /** The byte that starts what is not yet a whole record, and its line from 0. */
  readonly end: number;
  readonly endLine: number;
  readonly #found: Scanned;
  /** The whole text where all of its characters are single bytes; null if they aren't. */
  #ascii: string | null | undefined;

  constructor(
    readonly text: Buffer,
    found: Scanned,
    readonly origin: Reading['place'],
  ) {
    this.#found = found;
    ({ columns: this.columns, count: this.count, end: this.end, endLine: this.endLine } = found);
  }

  /** A cell, without its quotes. */
  cell(record: number, column: number): string {
    const { begins, ends } = this.#found;
    const at = record * this.columns + column;
    const cell = this.#slice(begins[at], ends[at]);
    return this.#isQuoted(begins[at]) ? cell.replaceAll('""', '"') : cell;
  }

  /** The line that a record starts in, from 0 within the text. */
  line(record: number): number {
    return this.#found.lines[record];
  }

  /** `labels.csv:812:3`: where a cell starts. */
  place(record: number, column: number): string {
    const { begins, lines } = this.#found;
    const begin = begins[record * this.columns + column];
    const start = begins[record * this.columns];
    const from = this.#isQuoted(start) ? start - 1 : start;
    const before = this.text.toString('utf8', from, this.#isQuoted(begin) ? begin - 1 : begin);
    return placeOf(before, before.length, { ...this.origin, line: this.origin.line + lines[record] });
  }

  /** A column's cells as numbers, NaN where one is empty; undefined if one is neither empty nor a finite number. */
  numbers(column: number): Float64Array | undefined {
    const { begins, ends } = this.#found;
    const numbers = new Float64Array(this.count);
    for (let record = 0, at = column; record < this.count; record++, at += this.columns) {
      if (begins[at] === ends[at]) numbers[record] = NaN;
      else {
        const plain = plainNumber(this.text, begins[at], ends[at]);
        const value = Number.isNaN(plain) ? parseNumber(this.cell(record, column)) : plain;
        if (value === undefined || value === Infinity || value === -Infinity) return undefined;
        numbers[record] = value ?? NaN;
      }
    }
    return numbers;
  }

  #isQuoted(begin: number): boolean {
    return begin > 0 && this.text[begin - 1] === QUOTE;
  }

  /** Slices of one string take much less time than decoding each cell. */
  #slice(begin: number, end: number): string {
    if (this.#ascii === undefined) this.#ascii = isAscii(this.text) ? this.text.toString('latin1') : null;
    return this.#ascii === null ? this.text.toString('utf8', begin, end) : this.#ascii.slice(begin, end);
  }
}
