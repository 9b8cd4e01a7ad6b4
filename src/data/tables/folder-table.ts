import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError, messageOf } from '../../text/errors.js';
import { joinedTable } from './joined-table.js';
import type { OpenTable, Table, TableFormat } from './table.js';
import { invalidTable, shown, unopenableTable } from './table-error.js';

const METADATA = ['metadata.csv', 'metadata.tsv', 'metadata.jsonl', 'metadata.parquet'];
const SHARD = /-\d{5}-of-\d{5}\.(parquet|tar)$|-\d+\.tar$|^\d+\.tar$/;

/**
 * Opens a folder as a table: by its `metadata.csv`, `.tsv`, `.jsonl` or `.parquet`, as Hugging Face's ImageFolder has them,
 * or as the parts that a table was written in (`train-00000-of-00005.parquet`, `0001.tar`).
 * @param open opens each file
 */
export async function openFolder(
  folder: string,
  format: TableFormat,
  open: (file: string, format: TableFormat) => ReturnType<OpenTable>,
): Promise<Table> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unopenableTable(folder, error);
  });
  const metadata = METADATA.filter((name) => names.includes(name));
  const shards = names.filter((name) => SHARD.test(name)).sort();
  if (metadata.length === 1) return open(join(folder, metadata[0]), format);
  if (metadata.length > 1)
    throw invalidTable(folder, `holds ${metadata.join(' and ')}`, 'keep one of them, or give it as the path');
  if (shards.length === 0)
    throw invalidTable(
      folder,
      `holds no table: expected ${METADATA.join(', ')}`,
      'give the file of the table as the path',
    );
  return joinedTable(folder, await Promise.all(shards.map((name) => open(join(folder, name), format))));
}

/**
 * The path of a file that a table names.
 * @param place of the cell
 * @param realOf a folder's path without links, for those who ask of many files to remember it
 * @throws UserError if it leads out of the folder, or isn't a regular file
 */
export async function fileInFolder(
  folder: string,
  name: string,
  place: string,
  realOf: (folder: string) => Promise<string> = realpath,
): Promise<string> {
  const path = resolve(folder, name);
  if (isAbsolute(name) || name.includes('\0') || leavesFolder(relative(folder, path)))
    throw invalidTable(place, `${shown(name)} leads out of ${folder}`, 'name files from the folder of the table');
  const real = await requireRegular(folder, path, name, place);
  // A link may lead elsewhere in the folder, not out of it.
  if (leavesFolder(relative(await realOf(folder), real)))
    throw invalidTable(place, `${shown(name)} is a link out of ${folder}`, 'put a copy of the file into the folder');
  return path;
}

/** @returns its path without links */
async function requireRegular(folder: string, path: string, name: string, place: string): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    throw missingFile(folder, name, place, error);
  });
  if (!(await stat(real)).isFile())
    throw invalidTable(place, `${shown(name)} is not a regular file`, 'name files, not folders or devices');
  return real;
}

function leavesFolder(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}

function missingFile(folder: string, name: string, place: string, cause: unknown): UserError {
  const hint = name.includes('\\') ? 'names of folders end in /, also on Windows' : `it is looked for in ${folder}`;
  return new UserError(`${place}: can't open ${shown(name)}: ${messageOf(cause).replace(/, \w+ '.*$/s, '')}`, {
    code: 'dataset-file-missing',
    hint,
    cause,
  });
}
