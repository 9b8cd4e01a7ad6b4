import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inferColumn } from '../data/tables/column-type.js';
import { openTable } from '../data/tables/open-table.js';
import { type ColumnProfile, profileTable } from '../data/tables/profile.js';
import { UserError } from '../errors.js';

/** Rows that are looked at, to the end of the part of the file that they are read in. */
const LOOKED_AT = 1000;

/**
 * What a table holds: an error, since which column is to be predicted is for the user to say.
 * @param file CSV with its columns' names in the first line, or any other table (see `openTable`)
 */
export async function tableError(file: string): Promise<UserError> {
  const table = await openTable(file);
  const { columns } = await profileTable(table, { most: LOOKED_AT });
  const width = Math.max(0, ...columns.map(({ name }) => name.length));
  const lines = columns.map((column) => `  ${column.name.padEnd(width)}  ${describe(column, table.folder)}`);
  return new UserError([`${file} is a table; its columns:`, ...lines].join('\n'), {
    code: 'unsupported-data',
    exitCode: 2,
    hint: 'say which are the inputs, and which the target: dataset: { name: table, path: …, inputs: …, target: … }',
  });
}

function describe(column: ColumnProfile, folder: string): string {
  const { type, reason } = inferColumn(column);
  if (type !== 'image' || column.texts.images === 0) return `${type}: ${reason}`;
  const found = [...column.values.keys()].filter((name) => existsSync(join(folder, name))).length;
  return `${type}: ${reason}, ${found} found`;
}
