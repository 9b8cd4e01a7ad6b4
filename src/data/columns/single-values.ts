import type { ColumnValues } from '../dataset.js';
import type { Cell } from '../tables/table.js';

/** A cell as JSON has it. */
export type JsonCell = string | number | null;

/**
 * Values of a column one by one, in memory: how a server reads what it is asked, what it says of the column, and what it
 * watches.
 */
export interface SingleValues {
  /**
   * Reads a value as further values of the column are read.
   * @returns what `ColumnValues` hold of a row; of a text all of its words, however many the model takes
   * @throws UserError at its place for what can't be a value of the column
   */
  read: (cell: Cell, place: () => string) => ColumnValues | Promise<ColumnValues>;
  /** What whoever wrote the cell should know, although it was read. */
  remark?: (cell: Cell, value: ColumnValues) => string | undefined;
  /** A value as JSON has it; absent where a value doesn't tell what was written, as of a text. */
  write?: (value: ColumnValues) => JsonCell | Promise<JsonCell>;
  /** Bytes that a value takes at most; of a text, which is hardly more than its cell, 0. */
  bytes: number;
  /** What is watched for drift. */
  watched: readonly WatchedQuantity[];
  /** Of a cell, as JSON Schema. */
  schema: object;
  /** The words that are known, of a column that has some of a list. */
  options?: readonly string[];
  /** A cell to show how one is written. */
  example: () => JsonCell | Promise<JsonCell>;
}

/** A quantity of a value, whose distribution is watched. */
export interface WatchedQuantity {
  name: string;
  /** Of one that is an index, how many there are; absent of a number. */
  kinds?: number;
  /** NaN where this value has none. */
  of: (value: ColumnValues) => number;
}

/** No or yes, as one of two kinds. @param name what it is asked of a value */
export function watchedShare(name: string, of: (value: ColumnValues) => boolean): WatchedQuantity {
  return { name, kinds: 2, of: (value) => Number(of(value)) };
}

/** Single values as those of a column; shorter ones are padded by 0, which pads texts. */
export function joinedValues(values: readonly ColumnValues[]): ColumnValues {
  const width = Math.max(1, ...values.map(lengthOf));
  const all = emptyLike(values[0], values.length * width);
  values.forEach((value, row) => {
    all.set(value as Uint8Array, row * width);
  });
  return all;
}

/** How many numbers or bytes there are. */
export function lengthOf(values: ColumnValues): number {
  return values instanceof Int32Array || values instanceof Float32Array ? values.length : values.byteLength;
}

function emptyLike(values: ColumnValues, length: number): Int32Array | Float32Array | Uint8Array {
  if (values instanceof Int32Array) return new Int32Array(length);
  return values instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
}
