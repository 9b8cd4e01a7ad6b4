import type { LoadOptions } from '../dataset.js';
import { type Finding, type Profiles, findingsOf } from './findings.js';
import { profileTable } from './profile.js';
import type { RowBatch, Table } from './table.js';
import { type TableFiles, openTables } from './table-files.js';

/** The columns that an experiment uses of its tables. */
export interface UsedColumns {
  inputs: Readonly<Record<string, { type: string }>>;
  target: Readonly<Record<string, { type: string }>>;
}

/**
 * What a user should know of the columns that an experiment uses, of all rows.
 * @throws UserError as `openTables` and `Table.batches`
 */
export async function checkTables(
  { inputs, target, ...files }: TableFiles & UsedColumns,
  options: LoadOptions,
): Promise<Finding[]> {
  const columns = Object.entries({ ...inputs, ...target });
  const stated = new Map(columns.map(([name, { type }]) => [name, type]));
  const profiles: Profiles = {};
  for (const { table, set } of await openTables(files, options)) {
    const part = set === 'all' ? 'train' : set;
    profiles[part] = await profileTable(withColumns(table, new Set(stated.keys())), options);
  }
  return findingsOf(profiles, stated);
}

/** A table without its other columns. */
function withColumns(table: Table, names: ReadonlySet<string>): Table {
  const kept = [...table.columns.entries()].filter(([, { name }]) => names.has(name)).map(([index]) => index);
  const narrowed = (batch: RowBatch): RowBatch => ({
    ...batch,
    cells: kept.map((index) => batch.cells[index]),
    place: (row, column) => batch.place(row, kept[column]),
  });
  return {
    ...table,
    columns: kept.map((index) => table.columns[index]),
    batches: async function* (options) {
      for await (const batch of table.batches(options)) yield narrowed(batch);
    },
  };
}
