import { resolve } from 'node:path';
import { UserError } from '../../text/errors.js';
import { listed } from '../../text/words.js';
import type { LoadOptions } from '../dataset.js';
import { openTable, partsIn } from './open-table.js';
import type { Encoding, Part, Separator, Table } from './table.js';

/** What an experiment says of the tables that it reads. */
export interface TableFiles {
  /** All rows; or one file for each part. */
  path: string | null;
  train: string | null;
  validation: string | null;
  test: string | null;
  separator: Separator | null;
  encoding: Encoding | null;
}

/** A table, and what its rows are for; `all` of one of which the test is drawn. */
export interface OpenedTable {
  table: Table;
  set: Part | 'all';
}

/**
 * Opens the tables of an experiment. Of a file that holds several (`x_train`, `x_test` in one `.npz`) each is used for what
 * it is named by.
 * @throws UserError `dataset-invalid` where it isn't clear what is tested; as `openTable`
 */
export async function openTables(
  { separator, encoding, ...named }: TableFiles,
  options: LoadOptions,
): Promise<OpenedTable[]> {
  const format = { separator: separator ?? undefined, encoding: encoding ?? undefined };
  const opened: OpenedTable[] = [];
  for (const { file, set } of namedFiles(named, options.baseDirectory)) {
    const parts = (await partsIn(file)).toSorted(byOrder);
    if (set === 'all' && parts.length > 0) requireSets(parts, file);
    const sets = set === 'all' && parts.length > 0 ? parts : [set];
    for (const each of sets) {
      const part = parts.length > 0 && each !== 'all' ? { part: each } : {};
      opened.push({ set: each, table: await openTable(file, { ...format, ...part }, options) });
    }
  }
  return opened;
}

const ORDER: readonly Part[] = ['train', 'validation', 'test'];

function byOrder(a: Part, b: Part): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}

/** The files that an experiment names, as paths; none is opened. @throws UserError `dataset-invalid` */
export function namedFiles(
  { path, train, validation, test }: Pick<TableFiles, 'path' | Part>,
  baseDirectory: string,
): { file: string; set: OpenedTable['set'] }[] {
  const given = Object.entries({ all: path, train, validation, test }).filter(([, file]) => file !== null);
  const sets = given.map(([set]) => set as OpenedTable['set']);
  if (sets.join() !== 'all') requireSets(sets, 'dataset');
  return given.map(([, file], index) => ({ file: resolve(baseDirectory, file ?? ''), set: sets[index] }));
}

function requireSets(sets: readonly OpenedTable['set'][], subject: string): void {
  if (['train,test', 'train,validation,test'].includes(sets.join())) return;
  const names = sets.map((set) => (set === 'all' ? 'path' : set));
  throw new UserError(`${subject} has ${names.length === 0 ? 'no file' : listed(names)}`, {
    code: 'dataset-invalid',
    hint: 'give path alone, of which the test rows are drawn; or train and test, perhaps with validation',
    exitCode: 2,
  });
}
