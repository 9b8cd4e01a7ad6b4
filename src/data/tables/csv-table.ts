import { dirname } from 'node:path';
import type { TaskOptions } from '../dataset.js';
import { LONGEST_RECORD, type Records, cellStart, placeOf, readRecords } from './csv-records.js';
import { LOOKED_AT, chooseSeparator } from './separators.js';
import type { Cell, RowBatch, Separator, Table, TableColumn, TableFormat } from './table.js';
import { damagedTable, invalidTable, shown } from './table-error.js';
import { type Head, fileText, textHead } from './text-file.js';

/**
 * Opens a table of separated values: reads its first line, and what separates its cells unless that is stated. Empty cells
 * are missing values; all others are text.
 * @param file CSV or TSV, plain or compressed by gzip
 */
export async function openCsv(file: string, format: TableFormat, options: TaskOptions = {}): Promise<Table> {
  const recognized: string[] = [];
  const onRecognized = (words: string) => recognized.push(words);
  const { encoding } = format;
  const { signal } = options;
  const head = await textHead(file, { encoding, signal, onRecognized, least: LOOKED_AT, most: LONGEST_RECORD });
  const separator = format.separator ?? chooseSeparator(file, head, recognized);
  const { columns, end, lines } = readHeader(file, head, separator);
  const first = { separator, columns: columns.length, start: end, line: 1 + lines };
  const batches = (task: TaskOptions = {}) => readBatches(file, format, first, task);
  return { file, columns, recognized, folder: dirname(file), batches };
}

interface Header {
  columns: TableColumn[];
  /** Where the text of the rows starts, and how many lines there are before. */
  end: number;
  lines: number;
}

function readHeader(file: string, { text, isWhole }: Head, separator: Separator): Header {
  const place = { file, line: 1 };
  const end = headerEnd(text, file, isWhole);
  const { cells, starts, endLine } = readRecords(text.slice(0, end), separator, { isLast: true, place });
  if (starts.length === 0) throw damagedTable(file, 'is empty: expected the names of columns in the first line');
  const names = cells.map(([name], index) => name.trim() || `Unnamed: ${index}`);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) {
    const at = placeOf(text, cellStart(text, starts[0], twice, separator), place);
    throw invalidTable(at, `a second column is called ${shown(names[twice])}`, 'give each column a name of its own');
  }
  return { columns: names.map((name) => ({ name })), end, lines: endLine };
}

/** Where the first record's line ends: a quoted name may hold line ends. */
function headerEnd(text: string, file: string, isWhole: boolean): number {
  let isQuoted = false;
  for (let at = text.search(/[^\r\n]/); at >= 0 && at < text.length; at++) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    if (isQuoted || (char !== '\n' && char !== '\r')) continue;
    return text.startsWith('\r\n', at) ? at + 2 : at + 1;
  }
  if (isWhole || text.length < LONGEST_RECORD) return text.length;
  throw damagedTable(file, `its first line has more than ${LONGEST_RECORD} characters`);
}

interface First {
  separator: Separator;
  columns: number;
  start: number;
  line: number;
}

async function* readBatches(
  file: string,
  { encoding }: TableFormat,
  { separator, columns, start, line }: First,
  task: TaskOptions,
): AsyncGenerator<RowBatch> {
  let rest = '';
  let skip = start;
  let first = 0;
  let place = { file, line };
  const take = (text: string, isLast: boolean): RowBatch | undefined => {
    const records = readRecords(text, separator, { columns, isLast, place });
    const batch = toBatch({ text, records, place, separator }, first);
    rest = text.slice(records.end);
    place = { file, line: place.line + records.endLine };
    first += batch.count;
    return batch.count > 0 ? batch : undefined;
  };
  for await (const part of fileText(file, { encoding, ...task })) {
    const skipped = Math.min(skip, part.length);
    skip -= skipped;
    const batch = take(rest + part.slice(skipped), false);
    if (batch) yield batch;
    if (rest.length > LONGEST_RECORD) throw tooLong(rest, place);
  }
  const batch = take(rest, true);
  if (batch) yield batch;
}

function tooLong(rest: string, place: { file: string; line: number }): Error {
  const problem = `a row that begins here has more than ${LONGEST_RECORD} characters`;
  return invalidTable(placeOf(rest, 0, place), problem, 'perhaps a quote that opens a cell is never closed');
}

interface Read {
  text: string;
  records: Records;
  place: { file: string; line: number };
  separator: Separator;
}

function toBatch({ text, records, place, separator }: Read, first: number): RowBatch {
  const { cells, starts, lines } = records;
  const missing = (cell: string): Cell => (cell === '' ? null : cell);
  return {
    first,
    count: starts.length,
    cells: cells.map((column) => column.map(missing)),
    place: (row, column) => {
      const start = starts[row];
      const record = text.slice(start, starts[row + 1] ?? records.end);
      const at = cellStart(record, 0, column, separator);
      return placeOf(record, at, { file: place.file, line: place.line + lines[row] });
    },
  };
}
