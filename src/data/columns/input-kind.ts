import type * as tf from '@tensorflow/tfjs';
import type { Runtime } from '../../tensorflow/runtime.js';
import type { InputConfig } from '../../config/schema/experiment.generated.js';
import type { ColumnValues, InputColumn } from '../dataset.js';
import type { FittedInput } from '../fitted.js';
import type { InputReader } from './cells.js';
import type { SingleValues } from './single-values.js';

/**
 * All that is known of a type of input besides its keys, which the schema describes: what is learnt of the rows trained
 * on, how its values stay in the engine, and what a traced step makes of them. Plain values go in and out wherever a
 * model keeps them.
 */
export interface InputKind<C extends InputColumn = InputColumn, P = unknown> {
  /**
   * Reads a column of a table.
   * @param config its type's keys, complete
   * @param named the values that it may have, in order, where the table names them
   */
  read(name: string, config: InputConfig, named?: readonly string[]): InputReader;
  /** The keys by which further values are read as those of a column were. */
  configOf(column: C): InputConfig;
  /**
   * What its values are prepared with: learnt of the rows trained on, and kept with the model.
   * @param count of all rows
   * @param indices of the rows trained on
   */
  fit(column: C, values: ColumnValues, count: number, indices: Int32Array): P;
  /** What of them is kept with a model, where that isn't all. */
  kept?(column: C, preparation: P): FittedInput;
  /** The values of one column as another of the same kind has them: their numbers may stand for other words. */
  translate?(values: ColumnValues, from: C, to: C): ColumnValues;
  /**
   * Its values one by one; absent where models with such an input can't be served.
   * @param preparation may be absent where nothing is read: what is written of a value hangs on the column alone
   */
  single?(column: C, preparation: P): SingleValues;
  /** Whether these are a column and a preparation of this type: files of models may claim anything. */
  isFitted(column: InputColumn, preparation: unknown): boolean;
  /** All values, in the engine; programs may capture it. @param count of rows */
  makeResident(column: C, values: ColumnValues, count: number, runtime: Runtime): tf.Tensor;
  /** The values of some rows, in a program: [indices, …], as augmentation changes them. */
  gather(resident: tf.Tensor, indices: tf.Tensor, runtime: Runtime): tf.Tensor;
  /** What the model is given of them, in a program: float32 [batch, …shape], or int32 of numbered words. */
  prepare(batch: tf.Tensor, preparation: P): tf.Tensor;
}
