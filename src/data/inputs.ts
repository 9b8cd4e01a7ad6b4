import * as tf from '@tensorflow/tfjs';
import { elementCount } from '../tensorflow/element-count.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { inputKind } from './columns/kinds.js';
import type { ColumnValues, Dataset, InputColumn, Rows } from './dataset.js';
import type { FittedInput, TensorColumns } from './fitted.js';

/** Learns how each input is prepared. @param indices of the rows trained on, in `dataset.train` */
export function fitInputs({ inputs, train }: Pick<Dataset, 'inputs' | 'train'>, indices: Int32Array): FittedInput[] {
  return inputs.map((column, place) => ({
    column,
    preparation: inputKind(column.type).fit(column, train.inputs[place], train.count, indices),
  }));
}

/** What of the inputs is kept with a model. */
export function keptInputs(inputs: readonly FittedInput[]): FittedInput[] {
  return inputs.map((input) => inputKind(input.column.type).kept?.(input.column, input.preparation) ?? input);
}

/** The inputs of rows as a model knows them that was trained on other columns of the same kinds. */
export function translatedInputs(
  values: readonly ColumnValues[],
  from: readonly InputColumn[],
  to: readonly InputColumn[],
): ColumnValues[] {
  return values.map((each, index) => inputKind(to[index].type).translate?.(each, from[index], to[index]) ?? each);
}

/** The inputs of rows, in the engine, in the dataset's order. */
export function residentInputs(
  inputs: readonly InputColumn[],
  rows: Pick<Rows, 'inputs' | 'count'>,
  runtime: Runtime,
): tf.Tensor[] {
  return inputs.map((column, place) =>
    inputKind(column.type).makeResident(column, rows.inputs[place], rows.count, runtime),
  );
}

/** The values of some rows, in a program: of each input [indices, …]. */
export function gatherInputs(
  fitted: readonly FittedInput[],
  resident: readonly tf.Tensor[],
  indices: tf.Tensor,
  runtime: Runtime,
): tf.Tensor[] {
  return fitted.map(({ column }, place) => inputKind(column.type).gather(resident[place], indices, runtime));
}

/**
 * What the model is given of these values, in a program: a tensor of each group of columns, vectors side by side.
 * @param tensors see `TensorColumns`
 */
export function prepareInputs(
  fitted: readonly FittedInput[],
  batch: readonly tf.Tensor[],
  tensors: TensorColumns,
): tf.Tensor[] {
  const prepared = fitted.map(({ column, preparation }, place) =>
    inputKind(column.type).prepare(batch[place], preparation),
  );
  return tensors.map((columns) => {
    return columns.length === 1
      ? prepared[columns[0]]
      : tf.concat(
          columns.map((place) => prepared[place]),
          1,
        );
  });
}

/** Bytes that a row's inputs take in the engine. */
export function residentBytesOfRow(resident: readonly tf.Tensor[]): number {
  return resident.reduce((sum, { shape, dtype }) => {
    return sum + elementCount(shape.slice(1)) * (dtype === 'float32' || dtype === 'int32' ? 4 : 1);
  }, 0);
}
