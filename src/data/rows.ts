import type { ColumnValues, Rows } from './dataset.js';

/** Some of the rows, in the order given. They are copied: of a memory-mapped dataset what is selected must fit into memory. */
export function selectRows(rows: Rows, chosen: Int32Array): Rows {
  const { files, groups, target, times, texts } = rows;
  const selected = {
    count: chosen.length,
    inputs: rows.inputs.map((values) => selectValues(values, rows.count, chosen)),
    target: valuesOf(target, chosen, target.length / rows.count),
    ...(groups ? { groups: valuesOf(groups, chosen) } : {}),
    ...(texts ? { texts: (some: readonly number[]) => texts(some.map((row) => chosen[row])) } : {}),
    ...(times ? { times: { ...times, values: valuesOf(times.values, chosen) } } : {}),
  };
  return files ? { ...selected, files: Array.from(chosen, (row) => files[row]) } : selected;
}

/** The values of an input in some rows, in their order. @param count of all its rows */
export function selectValues(values: ColumnValues, count: number, chosen: Int32Array): ColumnValues {
  if (values instanceof Int32Array || values instanceof Float32Array)
    return valuesOf(values, chosen, values.length / count);
  const size = values.byteLength / count;
  const bytes = new Uint8Array(chosen.length * size);
  chosen.forEach((row, place) => {
    bytes.set(values.subarray(row * size, (row + 1) * size), place * size);
  });
  return bytes;
}

/** The values of some rows, in their order. @param size how many values a row has */
export function valuesOf<T extends Int32Array | Float32Array | Float64Array | Uint8Array>(
  values: T,
  rows: Int32Array,
  size = 1,
): T {
  const chosen = new (values.constructor as new (length: number) => T)(rows.length * size);
  rows.forEach((row, place) => {
    for (let at = 0; at < size; at++) chosen[place * size + at] = values[row * size + at];
  });
  return chosen;
}

/** The values of one row of an input. @param count of all its rows */
export function valuesOfRow(values: ColumnValues, row: number, count: number): ColumnValues {
  const all = values instanceof Int32Array || values instanceof Float32Array ? values.length : values.byteLength;
  const size = all / count;
  return values.subarray(row * size, (row + 1) * size);
}

/** 0, 1, … of as many rows. */
export function everyIndex(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}

/** Bytes of the values of all inputs, as they are read. */
export function inputBytes({ inputs }: Rows): number {
  return inputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
