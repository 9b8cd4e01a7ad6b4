import { invalidTable, shown } from '../table-error.js';
import { type TextPlace, placeOf } from '../text-place.js';

export const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;

/** What is known of records before they are read. */
export interface Reading {
  /** How many cells a record has; undefined to take it from the first. */
  columns?: number;
  /** Whether the text's end also ends a record. */
  isLast: boolean;
  place: TextPlace;
}

/** Where records and their cells are in a text. */
export interface Scanned {
  columns: number;
  count: number;
  /** [records, columns], row-major: the byte that a cell starts at, and the one after it, without its quotes. */
  begins: Int32Array;
  ends: Int32Array;
  /** [records]: the line, counted from 0 within the text, that each starts in. */
  lines: Int32Array;
  /** The byte that starts what is not yet a whole record, and its line. */
  end: number;
  endLine: number;
}

/** Finds the records of a text, and their cells. */
export class RecordScanner {
  #begins = new Int32Array(1024);
  #ends = new Int32Array(1024);
  #lines = new Int32Array(256);
  #cells = 0;
  #count = 0;
  #at = 0;
  #line = 0;
  /** By byte, 1 for what ends a cell without quotes. */
  readonly #endsCell = new Uint8Array(256);

  constructor(
    readonly text: Buffer,
    readonly separator: number,
    readonly reading: Reading,
  ) {
    for (const byte of [separator, NEWLINE, RETURN]) this.#endsCell[byte] = 1;
  }

  /** @throws UserError at the place of a record with other than the given number of cells, or a quote that is misplaced */
  scan(columns: number | undefined): Scanned {
    let expected = columns;
    for (;;) {
      this.#skipEmptyLines();
      const [start, line, cells] = [this.#at, this.#line, this.#cells];
      if (start >= this.text.length) break;
      const count = this.#readRecord(expected);
      if (count === undefined) {
        // It may continue in the text that follows.
        [this.#at, this.#line, this.#cells] = [start, line, cells];
        break;
      }
      if (expected !== undefined && count < expected) throw this.#tooFew(line, count, expected);
      expected ??= count;
      if (this.#count === this.#lines.length) this.#lines = twiceAsLong(this.#lines);
      this.#lines[this.#count++] = line;
    }
    const [begins, ends, lines] = [this.#begins, this.#ends, this.#lines];
    return { columns: expected ?? 0, count: this.#count, begins, ends, lines, end: this.#at, endLine: this.#line };
  }

  #skipEmptyLines(): void {
    for (;;) {
      const byte = this.text[this.#at];
      if (byte !== NEWLINE && byte !== RETURN) return;
      // A return may be followed by its newline in the text to come.
      if (byte === RETURN && this.#mayGoOn()) return;
      this.#passLineEnd();
    }
  }

  #passLineEnd(): void {
    const isPair = this.text[this.#at] === RETURN && this.text[this.#at + 1] === NEWLINE;
    this.#at += isPair ? 2 : 1;
    this.#line++;
  }

  /** @returns how many cells it has; undefined if the text ends before it does */
  #readRecord(expected: number | undefined): number | undefined {
    const { text, separator } = this;
    for (let column = 0; ; column++) {
      if (column === expected) throw this.#tooMany(expected);
      if (text[this.#at] !== QUOTE) this.#readPlain();
      else if (!this.#readQuoted()) return undefined;
      if (this.#at >= text.length) return this.reading.isLast ? column + 1 : undefined;
      if (text[this.#at] === separator) {
        this.#at++;
        continue;
      }
      if (text[this.#at] === RETURN && this.#mayGoOn()) return undefined;
      this.#passLineEnd();
      return column + 1;
    }
  }

  /** Whether more text may follow a byte that is the last. */
  #mayGoOn(): boolean {
    return !this.reading.isLast && this.#at + 1 === this.text.length;
  }

  #readPlain(): void {
    const { text } = this;
    const endsCell = this.#endsCell;
    let at = this.#at;
    while (at < text.length && endsCell[text[at]] === 0) at++;
    this.#add(this.#at, at);
    this.#at = at;
  }

  /** @returns whether the cell ends in the text */
  #readQuoted(): boolean {
    const { text } = this;
    const { isLast } = this.reading;
    const start = this.#at;
    let end = text.indexOf(QUOTE, start + 1);
    while (end >= 0 && text[end + 1] === QUOTE) end = text.indexOf(QUOTE, end + 2);
    if (end < 0 && isLast) throw this.#unclosed(start);
    // At the text's end it may be the first of two.
    if (end < 0 || (end + 1 === text.length && !isLast)) return false;
    this.#add(start + 1, end);
    this.#countLines(start, end);
    this.#at = end + 1;
    if (this.#at < text.length && this.#endsCell[text[this.#at]] === 0) throw this.#afterQuote();
    return true;
  }

  #countLines(start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = this.text[at];
      if (byte === NEWLINE || (byte === RETURN && this.text[at + 1] !== NEWLINE)) this.#line++;
    }
  }

  #add(begin: number, end: number): void {
    if (this.#cells === this.#begins.length) {
      this.#begins = twiceAsLong(this.#begins);
      this.#ends = twiceAsLong(this.#ends);
    }
    this.#begins[this.#cells] = begin;
    this.#ends[this.#cells++] = end;
  }

  #afterQuote(): Error {
    const rest = this.text.toString('utf8', this.#at, this.#at + 60).slice(0, 20);
    return invalidTable(
      this.#placeOf(this.#at),
      `expected the cell to end after its closing quote, found ${shown(rest.split(/[\r\n]/)[0])}`,
      'write a quote within a quoted cell twice: "a ""quoted"" word"',
    );
  }

  #unclosed(start: number): Error {
    return invalidTable(
      this.#placeOf(start),
      'this quote opens a cell that never ends',
      'close it, or write it within quotes, twice, if it is a character of the cell',
    );
  }

  #tooFew(line: number, count: number, expected: number): Error {
    const { place } = this.reading;
    const problem = `this row has ${count} ${count === 1 ? 'cell' : 'cells'}, and the table ${expected} columns`;
    const hint = 'a row has a cell for each column, be it empty';
    return invalidTable(`${place.file}:${place.line + line}:1`, problem, hint);
  }

  #tooMany(expected: number): Error {
    const problem = `this row has more cells than the ${expected} of the table's first line, from here on`;
    return invalidTable(this.#placeOf(this.#at), problem, this.#hint(this.#at));
  }

  #hint(at: number): string {
    const isDecimal = this.separator === 44 && this.text[at] >= 48 && this.text[at] <= 57;
    return isDecimal
      ? 'decimal commas need quotes, or another separator: dataset.separator'
      : 'a cell that holds the separator is put in quotes; dataset.separator says what separates cells';
  }

  #placeOf(at: number): string {
    const before = this.text.toString('utf8', 0, at);
    return placeOf(before, before.length, this.reading.place);
  }
}

function twiceAsLong(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(values.length * 2);
  longer.set(values);
  return longer;
}
