import * as tf from '@tensorflow/tfjs';
import { targetKind } from '../data/columns/kinds.js';
import type { Rows } from '../data/dataset.js';
import { gatherInputs, prepareInputs, residentInputs } from '../data/inputs.js';
import { UserError } from '../text/errors.js';
import { loadModel } from '../model/save.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { TableModel } from './table-model.js';

/** Rows that are answered together. */
const ROWS_AT_ONCE = 256;

/** A trained model of rows, ready to be given them as they are in their table: it prepares them as its training did. */
export class RowPredictor {
  private constructor(
    readonly runtime: Runtime,
    readonly description: TableModel,
    readonly model: tf.LayersModel,
  ) {}

  /** @throws UserError `model-not-found`, `model-invalid` */
  static async load(runtime: Runtime, description: TableModel): Promise<RowPredictor> {
    const { model } = await loadModel(description.directory);
    const outputs = targetKind(description.target.column.type).outputs(description.target.column);
    if (model.outputs[0].shape[1] === outputs) return new RowPredictor(runtime, description, model);
    throw new UserError(`the model in ${description.directory} has other outputs than its target ${outputs}`, {
      code: 'model-invalid',
      hint: 'train it again',
    });
  }

  /** @returns what the model gives, row-major [count, outputs]; numbers in the unit that they were trained in */
  predict(rows: Omit<Rows, 'target'>): Float32Array {
    const columns = this.description.inputs.map(({ column }) => column);
    return tf.tidy(() => {
      const resident = residentInputs(columns, rows, this.runtime);
      const parts: Float32Array[] = [];
      for (let start = 0; start < rows.count; start += ROWS_AT_ONCE) {
        const count = Math.min(ROWS_AT_ONCE, rows.count - start);
        parts.push(tf.tidy(() => this.#answer(resident, start, count)));
      }
      return Float32Array.from(parts.flatMap((part) => [...part]));
    });
  }

  #answer(resident: readonly tf.Tensor[], start: number, count: number): Float32Array {
    const { inputs } = this.description;
    const indices = tf.range(start, start + count, 1, 'int32');
    const prepared = prepareInputs(inputs, gatherInputs(inputs, resident, indices, this.runtime));
    return (this.model.apply(prepared, { training: false }) as tf.Tensor).dataSync() as Float32Array;
  }
}
