import { dirname } from 'node:path';
import type { TaskOptions } from '../../dataset.js';
import { jsonMistake } from './json-text.js';
import type { Cell, RowBatch, Table, TableFormat } from '../table.js';
import { damagedTable, invalidTable, shown } from '../table-error.js';
import { LONGEST_RECORD, fileText, textHead } from '../text-file.js';

/** As much of a file, in characters, as tells its columns: a key that only comes later is not a column. */
const LOOKED_AT = 2 ** 20;

type JsonRow = Record<string, Cell>;

/**
 * Opens a file with a JSON object in each line; its keys are the columns, in the order that they first come in. A key that
 * a row lacks is a missing value, as `null` is.
 * @param file plain or compressed by gzip
 */
export async function openJsonl(file: string, { encoding }: TableFormat, options: TaskOptions = {}): Promise<Table> {
  const recognized: string[] = [];
  const onRecognized = (words: string) => recognized.push(words);
  const { signal } = options;
  const head = await textHead(file, { encoding, signal, onRecognized, least: LOOKED_AT, most: LONGEST_RECORD });
  const lines = head.text.split('\n');
  // The last line may be cut off.
  const { rows } = parseLines(file, head.isWhole ? lines : lines.slice(0, -1), 1);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  if (names.size === 0) throw damagedTable(file, 'has no rows: expected a JSON object in each line');
  const columns = [...names].map((name) => ({ name }));
  const batches = async function* (task: TaskOptions = {}): AsyncGenerator<RowBatch> {
    let first = 0;
    for await (const { rows, numbers } of parsedLines(file, encoding, task)) {
      if (rows.length === 0) continue;
      yield {
        first,
        count: rows.length,
        column: (index) => cellsOf(rows, columns[index].name),
        place: (row, column) => `${file}:${numbers[row]}: ${columns[column].name}`,
      };
      first += rows.length;
    }
  };
  return { file, columns, recognized, folder: dirname(file), batches };
}

function cellsOf(rows: readonly JsonRow[], name: string): Cell[] {
  return rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
}

interface Lines {
  rows: JsonRow[];
  /** The line of each row, from 1. */
  numbers: number[];
}

async function* parsedLines(file: string, encoding: TableFormat['encoding'], task: TaskOptions): AsyncGenerator<Lines> {
  let rest = '';
  let line = 1;
  for await (const part of fileText(file, { encoding, ...task })) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_RECORD)
      throw invalidTable(`${file}:${line + lines.length}`, `has more than ${LONGEST_RECORD} characters`, ONE_A_LINE);
    yield parseLines(file, lines, line);
    line += lines.length;
  }
  yield parseLines(file, [rest], line);
}

const ONE_A_LINE = 'expected a JSON object in each line, as in {"text": "…", "label": "…"}';

function parseLines(file: string, lines: readonly string[], first: number): Lines {
  const parsed: Lines = { rows: [], numbers: [] };
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    parsed.rows.push(parseRow(line, `${file}:${first + index}`));
    parsed.numbers.push(first + index);
  }
  return parsed;
}

function parseRow(line: string, place: string): JsonRow {
  const value = parseJson(line, place);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRow;
  throw invalidTable(`${place}:1`, `expected a JSON object, found ${shown(line)}`, ONE_A_LINE);
}

function parseJson(line: string, place: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    const { problem, at } = jsonMistake(error);
    throw invalidTable(at === undefined ? place : `${place}:${at + 1}`, `is not JSON: ${problem}`, ONE_A_LINE);
  }
}
