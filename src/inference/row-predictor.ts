import * as tf from '@tensorflow/tfjs';
import { targetKind } from '../data/columns/kinds.js';
import type { Rows } from '../data/dataset.js';
import { gatherInputs, prepareInputs, residentInputs } from '../data/inputs.js';
import { UserError } from '../text/errors.js';
import { loadModel } from '../model/save.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { TableModel } from './table-model.js';

/** Rows that are answered together; of masks fewer, which are large. */
const ROWS_AT_ONCE = 256;
const MASKS_AT_ONCE = 16;

/** An input whose values are those of other rows. */
interface Shuffled {
  /** Its place among the model's. */
  input: number;
  /** [count]: of each row, the row whose value it is given. */
  order: Int32Array;
}

/** Rows in the engine. */
interface UploadedRows {
  /** See `RowPredictor.predict`. */
  predict: (shuffled?: Shuffled) => Float32Array;
  dispose: () => void;
}

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
    if (model.outputs[0].shape.at(-1) === outputs && hasPixels(model, description))
      return new RowPredictor(runtime, description, model);
    throw new UserError(`the model in ${description.directory} has other outputs than its target ${outputs}`, {
      code: 'model-invalid',
      hint: 'train it again',
    });
  }

  /**
   * @returns what the model gives, row-major [count, outputs]; numbers in the unit that they were trained in, of masks the
   *   most probable class of each pixel, [count, height, width]
   */
  predict(rows: Omit<Rows, 'target'>): Float32Array {
    const uploaded = this.upload(rows);
    try {
      return uploaded.predict();
    } finally {
      uploaded.dispose();
    }
  }

  /** What the model is given of rows: of each of its tensors [count, …]; the caller (or its `tidy`) disposes them. */
  prepared(rows: Omit<Rows, 'target'>): tf.Tensor[] {
    const { inputs, tensors } = this.description;
    return tf.tidy(() => {
      const resident = residentInputs(
        inputs.map(({ column }) => column),
        rows,
        this.runtime,
      );
      const batch = gatherInputs(inputs, resident, tf.range(0, rows.count, 1, 'int32'), this.runtime);
      return prepareInputs(inputs, batch, tensors);
    });
  }

  /** Takes rows into the engine, to be answered several times. */
  upload(rows: Omit<Rows, 'target'>): UploadedRows {
    const columns = this.description.inputs.map(({ column }) => column);
    const resident = residentInputs(columns, rows, this.runtime);
    return {
      predict: (shuffled) => this.#predict(resident, rows.count, shuffled),
      dispose: () => {
        tf.dispose(resident);
      },
    };
  }

  #predict(resident: readonly tf.Tensor[], count: number, shuffled?: Shuffled): Float32Array {
    const parts: Float32Array[] = [];
    const atOnce = this.description.target.column.type === 'mask' ? MASKS_AT_ONCE : ROWS_AT_ONCE;
    for (let start = 0; start < count; start += atOnce) {
      const end = Math.min(start + atOnce, count);
      parts.push(tf.tidy(() => this.#answer(resident, start, end, shuffled)));
    }
    const outputs = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.forEach((part, index) => {
      outputs.set(part, index * parts[0].length);
    });
    return outputs;
  }

  #answer(resident: readonly tf.Tensor[], start: number, end: number, shuffled?: Shuffled): Float32Array {
    const { inputs } = this.description;
    const indices = tf.range(start, end, 1, 'int32');
    const batch = gatherInputs(inputs, resident, indices, this.runtime);
    if (shuffled) {
      const { input, order } = shuffled;
      const others = tf.tensor1d(order.subarray(start, end), 'int32');
      [batch[input]] = gatherInputs([inputs[input]], [resident[input]], others, this.runtime);
    }
    const prepared = prepareInputs(inputs, batch, this.description.tensors);
    const outputs = this.model.apply(prepared, { training: false }) as tf.Tensor;
    const isOfMasks = this.description.target.column.type === 'mask';
    return (isOfMasks ? tf.cast(tf.argMax(outputs, -1), 'float32') : outputs).dataSync() as Float32Array;
  }
}

/** Whether a model of masks gives them in the size that is claimed. */
function hasPixels({ outputs: [{ shape }] }: tf.LayersModel, { target: { column } }: TableModel): boolean {
  return column.type !== 'mask' || String(shape.slice(1, -1)) === String(column.shape);
}
