import { stat } from 'node:fs/promises';
import { UserError } from '../../text/errors.js';
import type { TaskOptions } from '../dataset.js';
import type { OpenTable, Part, Table, TableFormat } from './table.js';

/** How each ending is read; what reads it is loaded with its first file. */
const FORMATS: readonly { endings: RegExp; open: OpenTable }[] = [
  {
    endings: /\.(csv|tsv|tab|psv)(\.gz)?$/i,
    open: async (...given) => (await import('./formats/csv-table.js')).openCsv(...given),
  },
  {
    endings: /\.(jsonl|ndjson)(\.gz)?$/i,
    open: async (...given) => (await import('./formats/jsonl-table.js')).openJsonl(...given),
  },
  { endings: /\.(parquet|pq)$/i, open: async (file) => (await import('./formats/parquet-table.js')).openParquet(file) },
  { endings: /\.npz$/i, open: async (file, { part }) => (await import('./formats/npz-table.js')).openNpz(file, part) },
  { endings: /\.npy$/i, open: async (file) => (await import('./formats/npz-table.js')).openNpy(file) },
  {
    endings: /\.(tar|tar\.gz|tgz)$/i,
    open: async (file, _, options) => (await import('./formats/tar-table.js')).openTar(file, options),
  },
  { endings: /\.json$/i, open: async (file) => (await import('./formats/coco-table.js')).openCoco(file) },
];

/**
 * Opens a table, in the format that its name says: reads what it says of its columns, and no more.
 * @param path CSV, TSV or JSONL (also with `.gz`), Parquet, `.npz` or `.npy`, a WebDataset's `.tar` (or `.tar.gz`), COCO's
 *   annotations in `.json`, or a folder with `metadata.csv` and the like, or with the parts of a table
 * @throws UserError `dataset-file-missing`, `dataset-file-corrupt`, `dataset-invalid`
 */
export async function openTable(path: string, format: TableFormat = {}, options: TaskOptions = {}): Promise<Table> {
  const open = (file: string): Promise<Table> => openFile(file, format, options);
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  return isFolder ? (await import('./folder-table.js')).openFolder(path, format, open) : open(path);
}

function openFile(file: string, format: TableFormat, options: TaskOptions): Promise<Table> {
  const found = FORMATS.find(({ endings }) => endings.test(file));
  if (found) return found.open(file, format, options);
  throw new UserError(`${file}: its name doesn't say what kind of table it is`, {
    code: 'dataset-invalid',
    exitCode: 2,
    hint: 'tables end in .csv, .tsv, .jsonl (also with .gz), .parquet, .npz, .npy, .tar or .json',
  });
}

/** Which tables a file holds in itself: those of an `.npz` with `x_train`, `x_test` and the like; none of other files. */
export async function partsIn(file: string): Promise<Part[]> {
  return /\.npz$/i.test(file) ? (await import('./formats/npz-table.js')).partsOfNpz(file) : [];
}

/** Whether a file's name says that it is a table. */
export function isTable(file: string): boolean {
  return FORMATS.some(({ endings }) => endings.test(file));
}
