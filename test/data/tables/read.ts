import { openTable } from '../../../src/data/tables/open-table.js';
import type { Cell, RowBatch, Table, TableFormat } from '../../../src/data/tables/table.js';

/** A table, read to its end. */
export interface ReadTable {
  table: Table;
  /** [rows][columns] */
  rows: Cell[][];
  batches: RowBatch[];
  /** Where a cell is. */
  place: (row: number, column: number) => string;
}

/** Opens and reads a table, holding it to what `Table` promises of its batches. */
export async function readTable(file: string, format?: TableFormat): Promise<ReadTable> {
  return readAll(await openTable(file, format));
}

export async function readAll(table: Table): Promise<ReadTable> {
  const rows: Cell[][] = [];
  const batches: RowBatch[] = [];
  for await (const batch of table.batches()) {
    const cells = table.columns.map((_, column) => batch.column(column));
    const sizes = cells.map((column) => column.length);
    if (batch.first !== rows.length || sizes.some((size) => size !== batch.count) || batch.count === 0)
      throw new Error(`a batch of ${batch.count} rows from ${batch.first} on has columns of ${sizes.join(', ')}`);
    for (let row = 0; row < batch.count; row++) rows.push(cells.map((column) => column[row]));
    batches.push(batch);
  }
  const place = (row: number, column: number): string => {
    const batch = batches.find(({ first, count }) => row < first + count);
    if (!batch) throw new Error(`no row ${row}`);
    return batch.place(row - batch.first, column);
  };
  return { table, rows, batches, place };
}
