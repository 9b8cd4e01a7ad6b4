import type { TaskOptions } from '../dataset.js';

/** A file that lies in a cell: an image in a Parquet file, the member of an archive. */
export interface EmbeddedFile {
  bytes: Uint8Array;
  /** Its name where it was taken from, if it had one. */
  path?: string;
}

/** A cell of several numbers: a row of an array with more than one axis. */
export interface NumberArray {
  /** Row-major ("C order"), in this machine's byte order. */
  data: NumericArray;
  /** [d1, d2, …], without the axis of the rows. */
  shape: readonly number[];
}

/** What holds the numbers of arrays. */
export type NumericArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/**
 * A cell as its format has it: CSV gives text alone. `null` is a missing value. Whole numbers that a float64 can't hold are
 * text, so that none is changed.
 */
export type Cell =
  | null
  | string
  | number
  | boolean
  | Date
  | EmbeddedFile
  | NumberArray
  | readonly Cell[]
  | { readonly [key: string]: Cell };

/** Whether a cell is a file that lies in the table itself. */
export function isEmbeddedFile(cell: Cell): cell is EmbeddedFile {
  return typeof cell === 'object' && cell !== null && 'bytes' in cell && cell.bytes instanceof Uint8Array;
}

/** Whether a cell is several numbers. */
export function isNumberArray(cell: Cell): cell is NumberArray {
  return typeof cell === 'object' && cell !== null && 'data' in cell && ArrayBuffer.isView(cell.data);
}

/** A number as a cell: one that isn't a number is a missing value, as pandas writes them. */
export function numberCell(value: number | bigint): Cell {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return Number.isNaN(value) ? null : value;
}

/** A named column, and what its file says of it. */
export interface TableColumn {
  name: string;
  /** The classes that whole numbers stand for, in order, where the file names them. */
  classes?: readonly string[];
}

/** Rows that follow each other. */
export interface RowBatch {
  /** The number of its first row in the table, from 0. */
  first: number;
  /** How many rows. */
  count: number;
  /** A column's cells, [rows]; some formats only make them here. @param index of the column */
  column: (index: number) => readonly Cell[];
  /**
   * A column's cells as numbers, NaN for those that are empty or say that there is none; undefined unless all are such
   * finite numbers, written as programs do. Only of formats in which that costs less than a column's cells.
   */
  numbers?: (index: number) => Float64Array | undefined;
  /**
   * Where a cell is, for messages: `labels.csv:812:3` (line and character, from 1), `train.parquet: row group 2, row 15, image` (from 0),
   * `train.jsonl:12: label`, `mnist.npz: x_train[7]`, `flowers.tar: 0012.jpg`.
   * @param row in this batch, from 0
   * @param column its index
   */
  place: (row: number, column: number) => string;
}

/** How rows are read. */
export interface ReadOptions extends TaskOptions {
  /** The columns that are asked for, by their indices; all if not given. */
  columns?: readonly number[];
}

/** Rows with named columns, wherever they come from. */
export interface Table {
  /** As the user knows it. */
  file: string;
  /** The files that it is in, where it isn't that one alone. */
  parts?: readonly string[];
  columns: readonly TableColumn[];
  /** How many rows, where the file tells without being read. */
  rows?: number;
  /** What was recognized rather than stated, in words: `separated by semicolons`, `UTF-16`. */
  recognized: readonly string[];
  /** The folder that names of files in it start from. */
  folder: string;
  /**
   * Its rows in order, a bounded part at a time; each call reads from the beginning. Of columns that aren't asked for, some
   * formats read nothing.
   * @throws UserError `dataset-invalid` with the place, `dataset-file-missing`, `dataset-file-corrupt`; the signal's reason
   */
  batches: (options?: ReadOptions) => AsyncIterable<RowBatch>;
}

/** All files that some tables are in. */
export function filesOf(tables: readonly Table[]): string[] {
  return tables.flatMap(({ file, parts }) => parts ?? [file]);
}

/** What is stated of a file, where it isn't to be recognized. */
export interface TableFormat {
  /** Of CSV. */
  separator?: Separator;
  /** Of CSV and JSONL; without it, UTF-8, or UTF-16 where a byte order mark says so. */
  encoding?: Encoding;
  /** Which table of a file that holds several. */
  part?: Part;
}

/** What the rows of a table are for. */
export type Part = 'train' | 'validation' | 'test';

/** Opens a table of one format. */
export type OpenTable = (file: string, format: TableFormat, options: TaskOptions) => Promise<Table>;

export type Separator = ',' | ';' | '\t' | '|';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'cp1252';
