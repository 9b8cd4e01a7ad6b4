import { inOwnUnit, scalesOf, thresholdsOf } from '../data/columns/target-kind.js';
import { type ClassValue, greatestClasses, namedValue, valueName } from './class-values.js';
import type { TableModel } from './table-model.js';
import type { PredictedRows } from './tasks.js';

/**
 * What a model says of a row: numbers in the target's units, or its classes, the most probable first; or all of its labels
 * with their probabilities, those that apply first; or how many pixels each class has.
 */
export type RowPrediction =
  | { values: number[] }
  | { top: ClassValue[] }
  | { labels: ClassValue[]; others: ClassValue[] }
  /** Of a mask: the pixels of each class. */
  | { areas: number[] };

/** @param top how many classes are told of each row */
export function rowPredictions(
  model: TableModel,
  { outputs, count: rows }: PredictedRows,
  top: number,
): RowPrediction[] {
  const { column, scale } = model.target;
  const thresholds = thresholdsOf(model.target);
  if (column.type === 'number') {
    const size = scalesOf(scale).length;
    const values = Array.from(inOwnUnit(outputs, scale));
    return Array.from({ length: values.length / size }, (_, row) => ({
      values: values.slice(row * size, (row + 1) * size),
    }));
  }
  if (column.type === 'mask') return areasOf(outputs, rows, column.classes.length);
  if (column.type === 'multi_label') return labelPredictions(column.classes, outputs, thresholds);
  const values = column.type === 'binary' ? ofBoth(outputs) : outputs;
  const count = values.length / column.classes.length;
  // Of no and yes, the one that the threshold says comes first, however probable it is.
  const isTurned = (row: number): boolean =>
    column.type === 'binary' && outputs[row] > thresholds[0] !== values[2 * row + 1] > values[2 * row];
  return Array.from({ length: count }, (_, row) => {
    const greatest = greatestClasses(values, row, column.classes, column.type === 'binary' ? 2 : top);
    return { top: (isTurned(row) ? greatest.reverse() : greatest).slice(0, top) };
  });
}

function areasOf(outputs: Float32Array, rows: number, classes: number): RowPrediction[] {
  const pixels = outputs.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const areas = new Array<number>(classes).fill(0);
    for (const index of outputs.subarray(row * pixels, (row + 1) * pixels)) areas[index]++;
    return { areas };
  });
}

/** Of each row, the labels that apply and the others, each the most probable first. */
function labelPredictions(
  labels: readonly string[],
  outputs: Float32Array,
  thresholds: readonly number[],
): RowPrediction[] {
  const thresholdOf = new Map(labels.map((label, index) => [label, thresholds[index]]));
  return Array.from({ length: outputs.length / labels.length }, (_, row) => {
    const all = greatestClasses(outputs, row, labels, labels.length);
    const applies = ({ class: label, value }: ClassValue): boolean => value > (thresholdOf.get(label) ?? NaN);
    return { labels: all.filter(applies), others: all.filter((each) => !applies(each)) };
  });
}

/** No and yes of the probability of yes: row-major [rows, 2]. */
export function ofBoth(probabilities: Float32Array): Float32Array {
  return Float32Array.from([...probabilities].flatMap((yes) => [1 - yes, yes]));
}

/** What the values of its classes are called: the sigmoid of a binary target gives probabilities, too. */
export function rowValueName({ endsIn, target }: TableModel): ReturnType<typeof valueName> {
  return valueName({ endsIn: target.column.type !== 'category' && endsIn === 'sigmoid' ? 'softmax' : endsIn });
}

/** What a model says of a row, as JSON documents have it. */
export function rowAnswer(model: TableModel, prediction: RowPrediction): object {
  const name = rowValueName(model);
  if ('values' in prediction) return numbersOf(model, prediction.values);
  if ('areas' in prediction) {
    return { pixels: Object.fromEntries(prediction.areas.map((area, index) => [model.classes[index], area])) };
  }
  if ('labels' in prediction) {
    const { labels, others } = prediction;
    const values = [...labels, ...others].map((each) => [each.class, each.value]);
    const names = labels.map((each) => each.class);
    return { labels: names, [VALUES_OF[name]]: Object.fromEntries(values) as object };
  }
  const top = prediction.top.map((each) => namedValue(name, each));
  return { ...top[0], top };
}

const VALUES_OF = { probability: 'probabilities', output: 'outputs' };

/** One as it is; several under their columns' names. */
function numbersOf({ target: { column } }: TableModel, values: readonly number[]): object {
  if (!column.columns) return { value: values[0] };
  return { values: Object.fromEntries(column.columns.map((name, index) => [name, values[index]])) };
}
