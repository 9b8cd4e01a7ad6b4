import type { ColumnValues, InputColumn, LoadOptions, TargetColumn, TargetValues } from '../dataset.js';
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
}

/** Reads an input's column. */
export interface InputReader extends CellReader {
  /** Once all rows are in. @throws UserError */
  finish(rows: RowSets, files: TableFiles): ReadInput;
}

/** An input as it was read. */
export interface ReadInput {
  column: InputColumn;
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

/** Where files that cells name are. */
export interface TableFiles {
  /** Of each row, the folder that a name starts from. */
  folderOf: (row: number) => string;
}

/** Reads the target's column. */
export interface TargetReader extends CellReader {
  /** Once all rows are in. @throws UserError */
  finish(): { target: TargetColumn; values: TargetValues };
}

/** The values of some rows, in their order. */
export function valuesOf<T extends Int32Array | Float32Array | Float64Array>(values: T, rows: Int32Array): T {
  const chosen = new (values.constructor as new (length: number) => T)(rows.length);
  rows.forEach((row, place) => {
    chosen[place] = values[row];
  });
  return chosen;
}
