import { dirname } from 'node:path';
import type { TaskOptions } from '../../dataset.js';
import { type Records, readRecords } from './csv-records.js';
import { LOOKED_AT, chooseSeparator } from './separators.js';
import type { RowBatch, Separator, Table, TableColumn, TableFormat } from '../table.js';
import { damagedTable, invalidTable, shown } from '../table-error.js';
import { type Head, LONGEST_RECORD, fileUtf8, textHead } from '../text-file.js';

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
  const { columns, bytes, lines } = readHeader(file, head, separator);
  const first = { separator, columns: columns.length, start: bytes, line: 1 + lines };
  const batches = (task: TaskOptions = {}) => readBatches(file, format, first, task);
  return { file, columns, recognized, folder: dirname(file), batches };
}

interface Header {
  columns: TableColumn[];
  /** How many bytes and lines there are before the rows. */
  bytes: number;
  lines: number;
}

function readHeader(file: string, { text, isWhole }: Head, separator: Separator): Header {
  const place = { file, line: 1 };
  const header = Buffer.from(text.slice(0, headerEnd(text, file, isWhole)));
  const records = readRecords(header, separator, { isLast: true, place });
  if (records.count === 0) throw damagedTable(file, 'is empty: expected the names of columns in the first line');
  const cells = Array.from({ length: records.columns }, (_, column) => records.cell(0, column));
  const names = cells.map((name, index) => name.trim() || `Unnamed: ${index}`);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) {
    throw invalidTable(
      records.place(0, twice),
      `a second column is called ${shown(names[twice])}`,
      'give each column a name of its own',
    );
  }
  return { columns: names.map((name) => ({ name })), bytes: header.length, lines: records.endLine };
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
  let rest: Buffer = Buffer.of();
  let skip = start;
  let first = 0;
  let place = { file, line };
  const take = (text: Buffer, isLast: boolean): RowBatch | undefined => {
    const records = readRecords(text, separator, { columns, isLast, place });
    const batch = toBatch(records, first);
    rest = text.subarray(records.end);
    place = { file, line: place.line + records.endLine };
    first += batch.count;
    return batch.count > 0 ? batch : undefined;
  };
  for await (const part of fileUtf8(file, { encoding, ...task })) {
    const skipped = Math.min(skip, part.length);
    skip -= skipped;
    const batch = take(Buffer.concat([rest, part.subarray(skipped)]), false);
    if (batch) yield batch;
    if (rest.length > LONGEST_RECORD) throw tooLong(place);
  }
  const batch = take(rest, true);
  if (batch) yield batch;
}

function tooLong({ file, line }: { file: string; line: number }): Error {
  const problem = `a row that begins here has more than ${LONGEST_RECORD} bytes`;
  return invalidTable(`${file}:${line}:1`, problem, 'perhaps a quote that opens a cell is never closed');
}

function toBatch(records: Records, first: number): RowBatch {
  const { count } = records;
  return {
    first,
    count,
    column: (index) => Array.from({ length: count }, (_, row) => records.cell(row, index) || null),
    numbers: (index) => records.numbers(index),
    place: (row, index) => records.place(row, index),
  };
}
