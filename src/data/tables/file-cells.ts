import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../system/cache.js';
import { CONCURRENT_DECODES, forEachConcurrently } from '../../system/concurrently.js';
import { type FileProblem, UserError, messageOf } from '../../text/errors.js';
import type { CellBatch, ReadRows, RowSets } from '../columns/cells.js';
import type { LoadOptions, TaskOptions } from '../dataset.js';
import { cacheKey, textDigest } from '../digest.js';
import { type PreparedDataset, prepared, type Preparation } from '../prepared.js';
import { fileStates } from './file-states.js';
import { fileInFolder } from './folder-table.js';
import type { Cell } from './table.js';

/** Enough to keep a disk busy. */
const CONCURRENT_LOOKS = 16;

/** A column of a table whose cells are files, or their names. */
export interface FileColumn {
  /** The column's. */
  name: string;
  rows: RowSets;
  /** Those that its cells name, absolute, and the table's own where it holds some in itself. */
  files: readonly string[];
  table: ReadRows;
}

/** What the files are decoded to. */
export interface FileDecoding {
  /** What one of them is: `image`. */
  what: string;
  /** All that their decoded form hangs on, in any form that JSON holds; and what decodes them. */
  format: readonly unknown[];
  version: readonly unknown[];
  /** See `Preparation`. @param report the file that is to name all that can't be decoded */
  write: (target: string, report: string) => ReturnType<Preparation['write']>;
}

/**
 * The absolute names of a column's files, and the table's own where some lie in it.
 * @param names of each row, unless it lies in the table
 */
export function filesOfCells(names: readonly (string | undefined)[], table: ReadRows): string[] {
  const named = names.flatMap((each, row) => (each === undefined ? [] : [join(table.folderOf(row), each)]));
  return names.includes(undefined) ? [...table.files, ...named] : named;
}

/**
 * The files of a column, decoded once, into the cache; anew when one, its time or the way of decoding changes.
 * @throws UserError `dataset-file-missing`, `dataset-invalid`, `cache-not-writable`, and what `write` throws
 */
export async function openDecoded(
  column: FileColumn,
  { what, format, version, write }: FileDecoding,
  options: LoadOptions,
): Promise<PreparedDataset> {
  const { name, rows, files, table } = column;
  // Nothing on disk would tell these from others.
  if (files.length === 0) throw inNoFile(name, what);
  const order = [textDigest(rows.train.join()), textDigest(rows.test.join())];
  // Whether a name leads out of its folder, which is asked but once, hangs on the folder.
  const key = cacheKey([name, foldersOf(rows, table), files, order, ...format]);
  const directory = join(cacheDirectory(options.environment), 'datasets', 'table', key);
  const states = await fileStates(files, what, "names of files in a table start from the table's folder").catch(
    async (error: unknown) => {
      // This tells it at its place.
      await requireFiles(column, options);
      throw error;
    },
  );
  const fingerprint = textDigest(JSON.stringify([...version, states]));
  const checkedWrite: Preparation['write'] = async (target) => {
    await requireFiles(column, options);
    return write(target, `${directory}-undecodable.csv`);
  };
  return prepared({ directory, fingerprint, write: checkedWrite }, options);
}

function inNoFile(name: string, what: string): UserError {
  return new UserError(`${name}: ${what}s of rows that are in no file aren't read`, {
    code: 'dataset-invalid',
    hint: 'give a table with the names of files',
  });
}

/** Each folder that names in the cells start from. */
function foldersOf({ train, test }: RowSets, table: ReadRows): string[] {
  const folders = new Set<string>();
  for (const set of [train, test]) for (const row of set) folders.add(table.folderOf(row));
  return [...folders].sort();
}

/** Holds all names to files in the table's folder. */
async function requireFiles({ name, table }: FileColumn, options: TaskOptions): Promise<void> {
  const known = new Map<string, Promise<string>>();
  const realOf = (folder: string): Promise<string> => {
    const real = known.get(folder) ?? realpath(folder);
    known.set(folder, real);
    return real;
  };
  for await (const { first, cells, place } of table.cellsOf(name, options)) {
    await forEachConcurrently(cells, CONCURRENT_LOOKS, async (cell, index) => {
      if (typeof cell === 'string') await fileInFolder(table.folderOf(first + index), cell, place(index), realOf);
    });
  }
}

/** What is done with the cells of a column. */
export interface CellHandling<T> {
  /** A further column, whose cells `decode` is given too. */
  beside?: string;
  /** Decodes one, whose names of files start from the folder. @throws Error that says in one line why it can't */
  decode: (cell: Cell, folder: string, beside: Cell) => Promise<T>;
  /** Takes what was decoded, of a row; what this throws (a full disk) is no undecodable file. */
  take: (row: number, value: T) => Promise<void>;
}

/**
 * Decodes all cells of a column, several at a time.
 * @returns those that can't be decoded
 */
export async function decodeCells<T>(
  { name, rows, table }: FileColumn,
  { beside, decode, take }: CellHandling<T>,
  unit: 'images' | 'recordings' | 'masks',
  options: TaskOptions,
): Promise<FileProblem[]> {
  const total = rows.train.length + rows.test.length;
  const undecodable: FileProblem[] = [];
  const others = beside === undefined ? undefined : table.cellsOf(beside, options)[Symbol.asyncIterator]();
  try {
    for await (const { first, cells, place } of table.cellsOf(name, options)) {
      const further = others && ((await others.next()).value as CellBatch);
      await forEachConcurrently(cells, CONCURRENT_DECODES, async (cell, index) => {
        options.signal?.throwIfAborted();
        const other = further?.cells[index] ?? null;
        const value = await decode(cell, table.folderOf(first + index), other).catch((error: unknown) => {
          undecodable.push({ path: place(index), reason: messageOf(error) });
          return undefined;
        });
        if (value !== undefined) await take(first + index, value);
      });
      options.onProgress?.({ step: 'decode', subject: name, done: first + cells.length, total, unit });
    }
  } finally {
    // Its file is closed.
    await others?.return?.();
  }
  return undecodable;
}
