import { UserError } from '../../text/errors.js';
import { listed } from '../../text/words.js';
import type { CellReader, ReadRows } from '../columns/cells.js';
import type { TaskOptions } from '../dataset.js';
import { type Cell, type RowBatch, type Table, filesOf } from './table.js';
import { invalidTable } from './table-error.js';

/** A column that is read, and what takes in its cells. */
export interface ColumnReader {
  name: string;
  reader: CellReader;
}

/**
 * Hands the cells of some columns to their readers, table after table.
 * @returns for each table, how many rows there are up to its end; and what reads a column once more
 * @throws UserError for a table without rows or without one of the columns
 */
export async function readColumns(
  tables: readonly Table[],
  readers: readonly ColumnReader[],
  options: TaskOptions,
): Promise<{ ends: number[]; again: ReadRows }> {
  const ends: number[] = [];
  for (const table of tables) {
    const count = await takeRows(table, readers, options);
    if (count === 0)
      throw new UserError(`${table.file} has no rows`, { code: 'dataset-invalid', hint: 'give another file' });
    ends.push((ends.at(-1) ?? 0) + count);
  }
  const folderOf = (row: number): string => tables[ends.findIndex((end) => row < end)].folder;
  return { ends, again: { files: filesOf(tables), folderOf, cellsOf: cellsOf(tables) } };
}

/** A column of all tables, read anew. */
function cellsOf(tables: readonly Table[]): ReadRows['cellsOf'] {
  return async function* (name, options) {
    let first = 0;
    for (const each of tables) {
      const column = columnOf(each, name);
      for await (const { column: cells, count, place } of each.batches({ ...options, columns: [column] })) {
        yield { first, cells: cells(column), place: (index) => place(index, column) };
        first += count;
      }
    }
  };
}

/** @returns how many rows there were */
async function takeRows(opened: Table, readers: readonly ColumnReader[], options: TaskOptions): Promise<number> {
  const places = readers.map(({ name }) => columnOf(opened, name));
  let count = 0;
  for await (const batch of opened.batches({ ...options, columns: places })) {
    readers.forEach(({ reader }, index) => {
      takeColumn(reader, batch, places[index], opened.columns[places[index]].classes);
    });
    count += batch.count;
  }
  return count;
}

function takeColumn(
  reader: CellReader,
  { column, numbers, count, place }: RowBatch,
  index: number,
  classes: readonly string[] | undefined,
): void {
  const known = reader.addNumbers && !classes ? numbers?.(index) : undefined;
  if (known && reader.addNumbers?.(known)) return;
  const cells = column(index);
  for (let row = 0; row < count; row++) {
    const at = (): string => place(row, index);
    reader.add(classes ? classNamed(cells[row], classes, at) : cells[row], at);
  }
}

/** The classes that a column has, where the tables name them. */
export function classesIn([first]: readonly Table[], name: string): readonly string[] | undefined {
  return first.columns.find((column) => column.name === name)?.classes;
}

/** A number stands for a class, where the table names these. */
function classNamed(cell: Cell, classes: readonly string[], place: () => string): Cell {
  if (typeof cell !== 'number') return cell;
  if (Number.isInteger(cell) && cell >= 0 && cell < classes.length) return classes[cell];
  const problem = `expected the number of a class, from 0 to ${classes.length - 1}, found ${cell}`;
  throw invalidTable(place(), problem, 'the table names its classes: number its rows by them');
}

function columnOf({ file, columns }: Table, name: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index >= 0) return index;
  throw new UserError(`${file} has no column ${JSON.stringify(name)}`, {
    code: 'dataset-invalid',
    hint: `its columns are ${listed(
      columns.map((column) => column.name),
      20,
    )}`,
    exitCode: 2,
  });
}
