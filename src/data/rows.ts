import type { ColumnValues, Rows } from './dataset.js';

/** Some of the rows, in the order given. They are copied: of a memory-mapped dataset what is selected must fit into memory. */
export function selectRows(rows: Rows, chosen: Int32Array): Rows {
  const { files, target } = rows;
  const selected = {
    count: chosen.length,
    inputs: rows.inputs.map((values) => selectValues(values, rows.count, chosen)),
    target:
      target instanceof Int32Array ? chosen.map((row) => target[row]) : Float64Array.from(chosen, (row) => target[row]),
  };
  return files ? { ...selected, files: Array.from(chosen, (row) => files[row]) } : selected;
}

function selectValues(values: ColumnValues, count: number, chosen: Int32Array): ColumnValues {
  if (values instanceof Int32Array)
    return copied(values, new Int32Array((values.length / count) * chosen.length), chosen);
  if (values instanceof Float32Array)
    return copied(values, new Float32Array((values.length / count) * chosen.length), chosen);
  const size = values.byteLength / count;
  const bytes = new Uint8Array(chosen.length * size);
  chosen.forEach((row, place) => {
    bytes.set(values.subarray(row * size, (row + 1) * size), place * size);
  });
  return bytes;
}

function copied<T extends Int32Array | Float32Array>(from: T, to: T, chosen: Int32Array): T {
  const size = to.length / chosen.length;
  chosen.forEach((row, place) => {
    to.set(from.subarray(row * size, (row + 1) * size), place * size);
  });
  return to;
}

/** Bytes of the values of all inputs, as they are read. */
export function inputBytes({ inputs }: Rows): number {
  return inputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
