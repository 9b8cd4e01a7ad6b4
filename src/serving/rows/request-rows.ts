import { closest } from 'fastest-levenshtein';
import { readRecords } from '../../data/tables/formats/csv-records.js';
import { chooseSeparator } from '../../data/tables/formats/separators.js';
import type { Cell } from '../../data/tables/table.js';
import { shown } from '../../data/tables/table-error.js';
import { UserError, messageOf } from '../../text/errors.js';
import { type GivenRow, type ServedColumn, invalidRequest } from './row-reader.js';

/** Rows of a request: more keep all others waiting. */
export const MOST_ROWS = 1000;

/** The forms of a JSON body: our own, and MLflow's. */
const FORMS = {
  rows: recordsOf,
  texts: textsOf,
  dataframe_records: recordsOf,
  dataframe_split: splitOf,
} as const;

/**
 * The rows of a JSON body: `{"rows": [{"area": 120}]}`, `{"texts": ["…"]}`, or MLflow's `dataframe_records` and
 * `dataframe_split`.
 * @throws UserError `invalid-request`, `too-many-rows`
 */
export function rowsOfJson(body: unknown, columns: readonly ServedColumn[]): GivenRow[] {
  const keys = isObject(body) ? Object.keys(body) : [];
  const [key] = keys;
  if (!isObject(body) || keys.length !== 1) throw noRows(columns);
  if (!Object.hasOwn(FORMS, key)) {
    const isColumn = columns.some(({ name }) => name === key);
    if (isColumn) throw noRows(columns);
    throw invalidRequest(
      `there is no ${shown(key)} in a request; did you mean ${shown(closest(key, Object.keys(FORMS)))}?`,
      usage(columns),
    );
  }
  const form = key as keyof typeof FORMS;
  const rows = FORMS[form](body[form], form, columns);
  if (rows.length === 0) throw invalidRequest(`${form} is empty`, usage(columns));
  return rows;
}

/** The rows of a table of separated values, whose first line names the columns. @throws UserError likewise */
export function rowsOfCsv(body: Buffer): GivenRow[] {
  const text = decoded(body);
  const place = { file: 'the body', line: 1 };
  try {
    const separator = chooseSeparator('the body', { text, isWhole: true }, []);
    const records = readRecords(Buffer.from(text), separator, { isLast: true, place });
    const names = Array.from({ length: records.columns }, (_, column) => records.cell(0, column).trim());
    const count = records.count - 1;
    if (count < 1)
      throw invalidRequest('the table has no rows', 'its first line names the columns, each other is a row');
    requireFew(count);
    requireNames(names);
    return Array.from({ length: count }, (_, row) => ({
      cells: new Map(names.map((name, column) => [name, records.cell(row + 1, column) || null])),
      place: `line ${records.line(row + 1) + 1}`,
      at: (column) => `line ${records.line(row + 1) + 1}, ${column}`,
    }));
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'dataset-invalid') throw error;
    throw invalidRequest(error.message, error.hint);
  }
}

function decoded(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw invalidRequest(`the table is not UTF-8: ${messageOf(error)}`, 'encode it so');
  }
}

/** Objects, a row each. */
function recordsOf(records: unknown, form: string): GivenRow[] {
  if (!Array.isArray(records)) throw invalidRequest(`${form} is no list`, `send {"${form}": [{…}, …]}`);
  requireFew(records.length);
  return records.map((record: unknown, row) => {
    const place = `${form}[${row}]`;
    if (!isObject(record)) throw invalidRequest(`${place} is no object`, `send {"${form}": [{…}, …]}`);
    return inJson(new Map(Object.entries(record) as [string, Cell][]), place);
  });
}

/** Of a model that takes one text, the texts. */
function textsOf(texts: unknown, form: string, columns: readonly ServedColumn[]): GivenRow[] {
  const [{ name, type }] = columns;
  if (columns.length > 1 || type !== 'text') throw invalidRequest('the model takes no texts alone', usage(columns));
  if (!Array.isArray(texts)) throw invalidRequest(`${form} is no list`, `send {"${form}": ["…", …]}`);
  requireFew(texts.length);
  return texts.map((text: unknown, row) => {
    if (typeof text !== 'string') throw invalidRequest(`${form}[${row}] is no text`, `send {"${form}": ["…", …]}`);
    return { cells: new Map([[name, text]]), place: `${form}[${row}]`, at: () => `${form}[${row}]` };
  });
}

/** Names of columns, and the rows as lists. */
function splitOf(split: unknown, form: string): GivenRow[] {
  const { columns: names, data } = isObject(split) ? split : {};
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string') || !Array.isArray(data))
    throw invalidRequest(`${form} has no columns and data`, `send {"${form}": {"columns": ["a"], "data": [[1], …]}}`);
  requireNames(names);
  requireFew(data.length);
  return data.map((row: unknown, index) => {
    const place = `${form}.data[${index}]`;
    if (!Array.isArray(row) || row.length !== names.length)
      throw invalidRequest(`${place} is no list of ${names.length}`, 'a row has a value for each column');
    return inJson(new Map(names.map((name, column) => [name, row[column] as Cell])), place);
  });
}

/** A row at a place in JSON. */
export function inJson(cells: GivenRow['cells'], place: string): GivenRow {
  return { cells, place, at: (column) => `${place}.${column}` };
}

function requireNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw invalidRequest(`two columns are called ${shown(twice)}`, 'name each differently');
}

function requireFew(rows: number): void {
  if (rows <= MOST_ROWS) return;
  throw new UserError(`${rows.toLocaleString('en')} rows are too many for one request`, {
    code: 'too-many-rows',
    hint: `send at most ${MOST_ROWS.toLocaleString('en')} at once`,
  });
}

function noRows(columns: readonly ServedColumn[]): UserError {
  return invalidRequest('the request has no rows', usage(columns));
}

function usage(columns: readonly ServedColumn[]): string {
  const names = columns.slice(0, 3).map(({ name }) => `${JSON.stringify(name)}: …`);
  const row = [...names, ...(columns.length > names.length ? ['…'] : [])].join(', ');
  const isText = columns.length === 1 && columns[0].type === 'text';
  return isText ? 'send {"texts": ["…"]}' : `send {"rows": [{${row}}]}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
