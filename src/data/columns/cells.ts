import type { ColumnValues, InputColumn, LoadOptions, TargetColumn, TargetValues, TaskOptions } from '../dataset.js';
import type { Cell } from '../tables/table.js';

/** The rows of a table, divided for good: those trained on and those that validate, and those of the test. */
export interface RowSets {
  train: Int32Array;
  test: Int32Array;
}

/** Takes in the cells of a column, row after row. */
export interface CellReader {
  /**
   * @param cell null for an empty one
   * @param place where it is, for messages: `labels.csv:812:3`
   * @throws UserError for what can't be a value of the column
   */
  add(cell: Cell, place: () => string): void;
  /**
   * Takes in the cells of many rows as numbers, NaN for empty ones; of readers of plain numbers.
   * @returns false if it has taken none, since one of them is no value of the column: `add` tells which
   */
  addNumbers?: (numbers: Float64Array) => boolean;
}

/** Reads an input's column. */
export interface InputReader extends CellReader {
  /** Once all rows are in. @throws UserError */
  finish(rows: RowSets, table: ReadRows): ReadInput;
}

/** An input as it was read. */
export interface ReadInput {
  column: InputColumn;
  /** Files that the values are in, besides the table's. */
  files?: readonly string[];
  /** Of texts: those of some rows, read once more. */
  texts?: (rows: readonly number[]) => Promise<string[]>;
  /** The values themselves: of images, decoding them. */
  load: (options: LoadOptions) => Promise<ReadValues>;
}

/** The values of a column in each set of rows. */
export interface ReadValues {
  train: ColumnValues;
  test: ColumnValues;
  /** See `Rows`. */
  prefetch?: { train: (indices: Int32Array) => void; test: (indices: Int32Array) => void };
}

/** A column's cells, once more: of images they aren't kept. */
export interface ReadRows {
  /** Those of the table. */
  files: readonly string[];
  /** Of each row, the folder that names of files in it start from. */
  folderOf: (row: number) => string;
  /** In the order of the rows, a bounded part at a time. */
  cellsOf: (column: string, options: TaskOptions) => AsyncIterable<CellBatch>;
}

/** Cells of rows that follow each other. */
export interface CellBatch {
  /** The number of the first row, from 0. */
  first: number;
  cells: readonly Cell[];
  /** Where a cell is, for messages. @param index in `cells` */
  place: (index: number) => string;
}

/** Reads the target. */
export interface TargetReader {
  /** Its columns, and what takes in the cells of each. */
  columns: readonly { name: string; reader: CellReader }[];
  /**
   * Once all rows are in.
   * @param known the rows whose words are classes, unless the table names these; of any other word its place is told
   * @throws UserError
   */
  finish(known: Int32Array): ReadTarget;
}

/** A target as it was read. */
export interface ReadTarget {
  target: TargetColumn;
  /** Of all rows; or, where they lie in files, what finds them. */
  values: TargetValues | FindTargetFiles;
}

/** Says where the values of a target are, once it is known what the rows are for. */
export type FindTargetFiles = (rows: RowSets, table: ReadRows) => TargetFiles;

/** A target whose values lie in files. */
export interface TargetFiles {
  files: readonly string[];
  /** Reads them. */
  load: (options: LoadOptions) => Promise<ReadTargetValues>;
}

/** The values of a target in each set of rows. */
export interface ReadTargetValues extends Pick<ReadValues, 'prefetch'> {
  train: TargetValues;
  test: TargetValues;
}
