import { invalidTable, shown } from './table-error.js';

const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;

/** Longer ones are a quotation mark without its end, or no table. */
export const LONGEST_RECORD = 2 ** 24;

/** Where text of a table came from. */
export interface TextPlace {
  file: string;
  /** The line of its first character, from 1. */
  line: number;
}

/** Whole records of a text. */
export interface Records {
  /** [columns][records], as they are between separators, without quotes. */
  cells: string[][];
  /** Where each record starts in the text. */
  starts: number[];
  /** The line, counted from 0 within the text, that each record starts in. */
  lines: number[];
  /** Where the text that is not yet a whole record starts, and the line of it. */
  end: number;
  endLine: number;
}

/**
 * Takes whole records from a text as RFC 4180 has them: cells in quotes may hold separators, line ends and doubled quotes.
 * Lines may end in any way; empty ones are passed over. As in Python's csv, a quote within a cell that doesn't begin with
 * one is a character like others.
 *
 * Own code, since of the readers on npm none tells where a cell is, and csv-parse, which at least tells a record's line,
 * takes ten times as long (bench/tables.ts); the tests compare with csv-parse, Python's csv and pandas.
 * @param columns how many cells a record has; undefined to take it from the first
 * @param isLast whether the text's end also ends a record
 */
export function readRecords(
  text: string,
  separator: string,
  { columns, isLast, place }: { columns?: number; isLast: boolean; place: TextPlace },
): Records {
  return new RecordReader(text, separator.charCodeAt(0), isLast, place).read(columns);
}

class RecordReader {
  readonly #cells: string[][] = [];
  readonly #starts: number[] = [];
  readonly #lines: number[] = [];
  #at = 0;
  #line = 0;

  constructor(
    readonly text: string,
    readonly separator: number,
    readonly isLast: boolean,
    readonly place: TextPlace,
  ) {}

  read(columns: number | undefined): Records {
    let expected = columns;
    for (let column = 0; column < (columns ?? 0); column++) this.#cells.push([]);
    for (;;) {
      this.#skipEmptyLines();
      const start = this.#at;
      const line = this.#line;
      if (start >= this.text.length) break;
      const count = this.#readRecord(expected);
      if (count === undefined) {
        // It may continue in the text that follows.
        for (const cells of this.#cells) cells.length = this.#starts.length;
        this.#at = start;
        this.#line = line;
        break;
      }
      if (expected !== undefined && count < expected) throw this.#tooFew(start, line, count, expected);
      expected ??= count;
      this.#starts.push(start);
      this.#lines.push(line);
    }
    const { cells, starts, lines } = { cells: this.#cells, starts: this.#starts, lines: this.#lines };
    return { cells, starts, lines, end: this.#at, endLine: this.#line };
  }

  #skipEmptyLines(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      if (code !== NEWLINE && code !== RETURN) return;
      // A return may be followed by its newline in the text to come.
      if (code === RETURN && this.#at + 1 === this.text.length && !this.isLast) return;
      this.#passLineEnd();
    }
  }

  #passLineEnd(): void {
    const isPair = this.text.charCodeAt(this.#at) === RETURN && this.text.charCodeAt(this.#at + 1) === NEWLINE;
    this.#at += isPair ? 2 : 1;
    this.#line++;
  }

  /** @returns how many cells it has; undefined if the text ends before it does */
  #readRecord(expected: number | undefined): number | undefined {
    for (let column = 0; ; column++) {
      if (expected !== undefined && column >= expected) throw this.#tooMany(expected);
      const cell = this.text.charCodeAt(this.#at) === QUOTE ? this.#readQuoted() : this.#readPlain();
      if (cell === undefined) return undefined;
      if (column === this.#cells.length) this.#cells.push([]);
      this.#cells[column].push(cell);
      if (this.#at >= this.text.length) return this.isLast ? column + 1 : undefined;
      if (this.text.charCodeAt(this.#at) === this.separator) {
        this.#at++;
        continue;
      }
      if (this.#mayGoOn()) return undefined;
      this.#passLineEnd();
      return column + 1;
    }
  }

  #mayGoOn(): boolean {
    return !this.isLast && this.text.charCodeAt(this.#at) === RETURN && this.#at + 1 === this.text.length;
  }

  #readPlain(): string {
    const { text, separator } = this;
    const start = this.#at;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === separator || code === NEWLINE || code === RETURN) break;
    }
    this.#at = at;
    return text.slice(start, at);
  }

  #readQuoted(): string | undefined {
    const { text } = this;
    const start = this.#at;
    let hasQuotes = false;
    let end = text.indexOf('"', start + 1);
    while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) {
      hasQuotes = true;
      end = text.indexOf('"', end + 2);
    }
    if (end < 0 && this.isLast) throw this.#unclosed(start);
    // At the text's end it may be the first of two.
    if (end < 0 || (end + 1 === text.length && !this.isLast)) return undefined;
    const cell = text.slice(start + 1, end);
    this.#countLines(cell);
    this.#at = end + 1;
    this.#requireCellEnd();
    return hasQuotes ? cell.replaceAll('""', '"') : cell;
  }

  #countLines(cell: string): void {
    this.#line += lineEnds(cell);
  }

  #requireCellEnd(): void {
    if (this.#at >= this.text.length) return;
    const code = this.text.charCodeAt(this.#at);
    if (code === this.separator || code === NEWLINE || code === RETURN) return;
    const rest = shown(this.text.slice(this.#at, this.#at + 20).split(/[\r\n]/)[0]);
    throw invalidTable(
      this.#placeOf(this.#at),
      `expected the cell to end after its closing quote, found ${rest}`,
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

  #tooFew(start: number, line: number, count: number, expected: number): Error {
    const problem = `this row has ${count} ${count === 1 ? 'cell' : 'cells'}, and the table ${expected} columns`;
    return invalidTable(`${this.place.file}:${this.place.line + line}:1`, problem, this.#hint(start));
  }

  #tooMany(expected: number): Error {
    const problem = `this row has more cells than the ${expected} of the table's first line, from here on`;
    return invalidTable(this.#placeOf(this.#at), problem, this.#hint(this.#at));
  }

  #hint(at: number): string {
    const isDecimal = this.separator === 44 && /^\d/.test(this.text.slice(at, at + 1));
    return isDecimal
      ? 'decimal commas need quotes, or another separator: dataset.separator'
      : 'a cell that holds the separator is put in quotes; dataset.separator says what separates cells';
  }

  #placeOf(at: number): string {
    return placeOf(this.text, at, this.place);
  }
}

/** `labels.csv:812:3`. @param at a position in the text */
export function placeOf(text: string, at: number, { file, line }: TextPlace): string {
  const before = text.slice(0, at);
  const lastEnd = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  return `${file}:${line + lineEnds(before)}:${at - lastEnd}`;
}

/** How many lines end in a text. */
export function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    if (text.charCodeAt(at + 1) !== NEWLINE) count++;
  }
  return count;
}

/** Where a cell of a record starts in the text; the record is known to be whole. */
export function cellStart(text: string, record: number, column: number, separator: string): number {
  let at = record;
  for (let passed = 0; passed < column; passed++) {
    if (text[at] === '"') {
      for (at = text.indexOf('"', at + 1); text[at + 1] === '"'; at = text.indexOf('"', at + 2));
    }
    at = text.indexOf(separator, at) + 1;
  }
  return at;
}
