import { inputKind } from '../data/columns/kinds.js';
import { inOwnUnit, scalesOf, thresholdsOf } from '../data/columns/target-kind.js';
import type { ColumnValues } from '../data/dataset.js';
import { mostProbable } from '../metrics/classification.js';
import { rowValueName } from './row-answers.js';
import type { TableModel } from './table-model.js';

/** A row and what a model says of it. */
export interface AnsweredRow {
  /** Of each input the value. */
  inputs: readonly ColumnValues[];
  /** [outputs] */
  outputs: Float32Array;
}

/** A quantity of rows or of answers whose distribution is watched for drift. */
export interface Watched {
  name: string;
  /** Of one that is an index, how many there are; absent of a number. */
  kinds?: number;
  /** NaN where this row has none. */
  of: (row: AnsweredRow) => number;
}

/** Labels whose shares are watched one by one. */
const MOST_LABELS = 20;

/** What is watched of a model's rows and answers. */
export function watchedOf(model: TableModel): Watched[] {
  const ofInputs = model.inputs.flatMap(({ column, preparation }, place) => {
    const watched = inputKind(column.type).single?.(column, preparation).watched ?? [];
    return watched.map(({ of, ...quantity }): Watched => ({ ...quantity, of: ({ inputs }) => of(inputs[place]) }));
  });
  return [...ofInputs, ...answersOf(model)];
}

function answersOf(model: TableModel): Watched[] {
  const { column, scale } = model.target;
  const [threshold, ...others] = thresholdsOf(model.target);
  switch (column.type) {
    case 'number':
      return (column.columns ?? ['']).map((name, place) => ({
        name: name === '' ? 'prediction' : `prediction: ${name}`,
        of: ({ outputs }) => inOwnUnit(outputs.slice(place, place + 1), scalesOf(scale)[place])[0],
      }));
    case 'multi_label':
      return column.classes.slice(0, MOST_LABELS).map((name, label) => ({
        ...{ name: `label: ${name}`, kinds: 2 },
        of: ({ outputs }) => Number(outputs[label] > [threshold, ...others][label]),
      }));
    case 'binary':
      return [
        { name: 'prediction', kinds: 2, of: ({ outputs }) => Number(outputs[0] > threshold) },
        { name: `${rowValueName(model)} of ${column.classes[1]}`, of: ({ outputs }) => outputs[0] },
      ];
    default:
      return [
        {
          ...{ name: 'prediction', kinds: column.classes.length },
          of: ({ outputs }) => mostProbable(outputs, outputs.length)[0],
        },
        {
          name: rowValueName(model) === 'probability' ? 'confidence' : 'output',
          of: ({ outputs }) => outputs.reduce((most, value) => Math.max(most, value), -Infinity),
        },
      ];
  }
}
