import { resolve } from 'node:path';
import type { LoadOptions } from '../dataset.js';
import { type Finding, type Profiles, findingsOf } from './findings.js';
import { openTable } from './open-table.js';
import { profileTable } from './profile.js';
import type { Encoding, RowBatch, Separator, Table } from './table.js';

/** What an experiment says of the tables that it reads. */
export interface TableFiles {
  /** All rows; or one file for each part. */
  path: string | null;
  train: string | null;
  validation: string | null;
  test: string | null;
  separator: Separator | null;
  encoding: Encoding | null;
  inputs: Readonly<Record<string, { type: string }>>;
  target: Readonly<Record<string, { type: string }>>;
}

/**
 * What a user should know of the columns that an experiment uses, of all rows.
 * @throws UserError as `openTable` and `Table.batches`
 */
export async function checkTables(
  { path, train, validation, test, separator, encoding, inputs, target }: TableFiles,
  options: LoadOptions,
): Promise<Finding[]> {
  const columns = Object.entries({ ...inputs, ...target });
  const stated = new Map(columns.map(([name, { type }]) => [name, type]));
  const format = { separator: separator ?? undefined, encoding: encoding ?? undefined };
  const profiles: Profiles = {};
  for (const [part, file] of Object.entries({ train: path ?? train, validation, test })) {
    if (file === null) continue;
    const table = await openTable(resolve(options.baseDirectory, file), format, options);
    profiles[part as keyof Profiles] = await profileTable(withColumns(table, new Set(stated.keys())), options);
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
