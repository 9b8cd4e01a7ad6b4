import * as tf from '@tensorflow/tfjs';

/** Where a model's layers find their weights; an index is a position in `model.weights`. */
export interface WeightAccess {
  read(index: number): tf.Tensor;
  write(index: number, value: tf.Tensor): void;
  /** Rows of a table, without reading the others: `tf.gather` of what `read` gives, unless told. */
  rows?(index: number, indices: tf.Tensor): tf.Tensor;
}

/** How the rows of a weight are read meanwhile. */
const rowReaders = new WeakMap<tf.LayerVariable, (indices: tf.Tensor) => tf.Tensor>();

/** What a layer reads of a table of which it needs few rows. @param indices int32 [...] @returns [..., width] */
export function rowsOf(table: tf.LayerVariable, indices: tf.Tensor): tf.Tensor {
  return rowReaders.get(table)?.(indices) ?? tf.gather(table.read(), indices);
}

/**
 * Runs `body` while the model's layers read their weights from elsewhere, and write them (moving averages) there: the
 * same layers then serve a training step whose weights are variables of the engine, or inputs of a traced program.
 * Not to be nested for the same model.
 */
export function withWeights<T>(model: tf.LayersModel, access: WeightAccess, body: () => T): T {
  const { weights } = model;
  for (const [index, weight] of weights.entries()) {
    weight.read = () => access.read(index);
    weight.write = (value) => {
      access.write(index, value);
      return weight;
    };
    const rows = access.rows?.bind(access);
    if (rows) rowReaders.set(weight, (indices) => rows(index, indices));
  }
  try {
    return body();
  } finally {
    for (const weight of weights) {
      // What was set above hides the class's own methods only as long as it is there.
      Reflect.deleteProperty(weight, 'read');
      Reflect.deleteProperty(weight, 'write');
      rowReaders.delete(weight);
    }
  }
}
