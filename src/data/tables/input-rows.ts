import { inputKind } from '../columns/kinds.js';
import type { InputColumn, LoadOptions, Rows } from '../dataset.js';
import { everyIndex } from '../rows.js';
import { classesIn, readColumns } from './column-reading.js';
import type { Cell, RowBatch, Table } from './table.js';

/**
 * The inputs of all rows of a table, read as those were that a model was trained on.
 * @throws UserError at the place of what can't be read
 */
export async function readInputRows(
  table: Table,
  columns: readonly InputColumn[],
  options: LoadOptions,
): Promise<Omit<Rows, 'target'>> {
  const readers = columns.map((column) => {
    const kind = inputKind(column.type);
    return {
      name: column.name,
      reader: kind.read(column.name, kind.configOf(column), classesIn([table], column.name)),
    };
  });
  const { ends, again } = await readColumns([table], readers, options);
  const [count] = ends;
  const rows = { train: everyIndex(count), test: new Int32Array() };
  const read = readers.map(({ reader }) => reader.finish(rows, again));
  const loaded = await Promise.all(read.map(({ load }) => load(options)));
  return { count, inputs: loaded.map(({ train }) => train) };
}

/** Rows that lie in memory, as a table. @param name of where they came from, for messages */
export function tableOfRows(name: string, rows: readonly Readonly<Record<string, Cell>>[]): Table {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((column) => ({ name: column }));
  const cells = columns.map((column) => rows.map((row) => (Object.hasOwn(row, column.name) ? row[column.name] : null)));
  const place = (row: number, column: number): string => `${name}[${row}].${columns[column].name}`;
  // eslint-disable-next-line @typescript-eslint/require-await -- they are in memory, and others wait for their files
  const batches = async function* (): AsyncGenerator<RowBatch> {
    yield { first: 0, count: rows.length, column: (index) => cells[index], place };
  };
  return { file: name, parts: [], columns, rows: rows.length, recognized: [], folder: '', batches };
}
