import * as tf from '@tensorflow/tfjs';
import type { MultiLabelTarget } from '../../config/schema/experiment.generated.js';
import { labelMetrics } from '../../metrics/multi-label.js';
import { UserError } from '../../text/errors.js';
import type { TargetColumn } from '../dataset.js';
import { everyIndex } from '../rows.js';
import type { Cell } from '../tables/table.js';
import { invalidTable, shown } from '../tables/table-error.js';
import { emptyTarget } from './category.js';
import type { CellReader, TargetReader } from './cells.js';
import { LabelLists } from './label-lists.js';
import { type TargetKind, UNSCALED, theTarget, thresholdsOf } from './target-kind.js';
import { sortedWords } from './words.js';

/** Rows × labels: a gigabyte of them, as they are resident. */
const MOST_VALUES = 2 ** 28;

/** Any number of some labels; an output each, the probability that it applies. */
export const multiLabelTarget: TargetKind = {
  read(targets, named) {
    const [name, config] = theTarget(targets);
    const { columns, separator } = config as MultiLabelTarget;
    return columns === null ? readLists(name, separator, named(name)) : readColumns(name, columns);
  },
  areClasses: ({ length }) => length > 0,
  outputs: ({ classes }) => classes.length,
  strata: (values, { classes }) => rarestLabels(values as Int32Array, classes.length),
  fit: () => UNSCALED,
  makeResident: (values, { column: { classes } }, runtime) =>
    runtime.resident(Float32Array.from(values), [values.length / classes.length, classes.length]),
  toOutputs: (values, _, smoothing) =>
    smoothing === 0 ? values : tf.add(tf.mul(values, 1 - smoothing), smoothing / 2),
  progressMetric: 'accuracy',
  progress: (outputs, values) =>
    tf.sum(tf.mean(tf.cast(tf.equal(tf.cast(tf.greater(outputs, 0.5), 'float32'), values), 'float32'), 1)),
  measure: (wanted, outputs, values, target) =>
    labelMetrics(wanted, {
      probabilities: outputs,
      truth: values as Int32Array,
      thresholds: thresholdsOf(target),
    }),
};

/** One column, whose cells are lists. */
function readLists(name: string, separator: string | null, named?: readonly string[]): TargetReader {
  const lists = new LabelLists(name, separator);
  return {
    columns: [{ name, reader: lists }],
    finish: (known) => {
      const classes = named ?? sortedWords(lists.among(known));
      if (classes.length === 0) throw noLabels(name);
      requireRoom(lists.rows, classes.length);
      return { target: { name, type: 'multi_label', classes }, values: lists.valuesIn(classes) };
    },
  };
}

/** A column for each label. */
function readColumns(name: string, columns: readonly string[]): TargetReader {
  const readers = columns.map((column) => ({ name: column, reader: new ZeroOrOne(column) }));
  return {
    columns: readers,
    finish: () => {
      const [{ reader: first }] = readers;
      requireRoom(first.values.length, columns.length);
      const values = new Int32Array(first.values.length * columns.length);
      readers.forEach(({ reader }, label) => {
        reader.values.forEach((value, row) => (values[row * columns.length + label] = value));
      });
      const target: TargetColumn = { name, type: 'multi_label', classes: columns };
      return { target, values };
    },
  };
}

const ANSWERS = new Map<Cell, 0 | 1>([
  ...([0, '0', false, 'false', 'False', 'FALSE', '0.0'] as const).map((cell): [Cell, 0] => [cell, 0]),
  ...([1, '1', true, 'true', 'True', 'TRUE', '1.0'] as const).map((cell): [Cell, 1] => [cell, 1]),
]);

class ZeroOrOne implements CellReader {
  readonly values: number[] = [];

  constructor(readonly name: string) {}

  add(cell: Cell, place: () => string): void {
    if (cell === null) throw emptyTarget(place(), this.name);
    const value = ANSWERS.get(typeof cell === 'string' ? cell.trim() : cell);
    if (value === undefined) {
      const found = typeof cell === 'object' ? 'another kind of value' : shown(String(cell));
      throw invalidTable(place(), `expected 0 or 1, found ${found}`, 'a label applies or not: 0, 1, true or false');
    }
    this.values.push(value);
  }
}

/**
 * Of each row the rarest of its labels, of rows without any a number of their own: rare labels are what a split must share
 * out first (as in Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label data").
 */
function rarestLabels(values: Int32Array, labels: number): Int32Array {
  const counts = new Int32Array(labels);
  values.forEach((value, index) => (counts[index % labels] += value));
  return everyIndex(values.length / labels).map((row) => {
    const own = values.subarray(row * labels, (row + 1) * labels);
    return own.reduce((rarest, value, label) => {
      return value === 1 && (rarest === labels || counts[label] < counts[rarest]) ? label : rarest;
    }, labels);
  });
}

function requireRoom(rows: number, labels: number): void {
  if (rows * labels <= MOST_VALUES) return;
  throw new UserError(`${rows.toLocaleString('en')} rows × ${labels.toLocaleString('en')} labels are too many`, {
    code: 'dataset-too-large',
    hint: `at most ${MOST_VALUES.toLocaleString('en')} in all: leave out rare labels, or rows`,
    exitCode: 2,
  });
}

function noLabels(name: string): UserError {
  return new UserError(`no row has a label of the target ${JSON.stringify(name)}`, {
    code: 'dataset-invalid',
    hint: 'name another column',
    exitCode: 2,
  });
}
