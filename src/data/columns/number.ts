import * as tf from '@tensorflow/tfjs';
import type { NumberInput, NumberTarget } from '../../config/schema/experiment.generated.js';
import { columnOf, meanScores, regressionScoresOf } from '../../metrics/regression.js';
import type { ColumnValues, InputColumn, TargetColumn } from '../dataset.js';
import { valuesOf } from '../rows.js';
import { type NumberFormat, isPlain } from '../tables/number-text.js';
import type { Cell } from '../tables/table.js';
import { invalidTable } from '../tables/table-error.js';
import { emptyTarget } from './category.js';
import type { CellReader } from './cells.js';
import type { InputKind } from './input-kind.js';
import { NumberList } from './number-list.js';
import { type WrittenNumbers, formatOf, isWritten, numberOf, writtenKeys } from './numbers.js';
import { type SingleValues, watchedShare } from './single-values.js';
import type { Scale } from '../fitted.js';
import { type TargetKind, inOwnUnit, scalesOf } from './target-kind.js';

/** Numbers; resident as float32, NaN where one is missing, filled in and scaled in the step. */
export interface NumberColumn extends InputColumn, WrittenNumbers {
  type: 'number';
  missing: NumberInput['missing'];
  normalization: NumberInput['normalization'];
}

/** A value v, or what stands for a missing one, becomes (f(v) − mean) ÷ standardDeviation with f = ln(1 + v) or v. */
export interface NumberPreparation extends Scale {
  fill: number;
  isLog: boolean;
  /** Whether a second number tells what is missing. */
  hasIndicator: boolean;
}

export const number: InputKind<NumberColumn, NumberPreparation> = {
  read(name, config) {
    const { missing, normalization, ...rest } = config as NumberInput;
    const written = writtenKeys(rest);
    const format = formatOf(written);
    const list = new NumberList();
    const isValue = (value: number): boolean =>
      Number.isNaN(value) ? missing !== 'error' : normalization !== 'log' || value > -1;
    return {
      add: (cell, place) => {
        list.push(valueOf(cell, place, { missing, normalization, format }));
      },
      addNumbers: isPlain(format) ? (numbers) => takeAll(list, numbers, isValue) : undefined,
      finish: ({ train, test }) => {
        const shape = [missing === 'indicator' ? 2 : 1];
        const column: NumberColumn = { name, type: 'number', shape, missing, normalization, ...written };
        const all = Float32Array.from(list.values);
        return { column, load: () => Promise.resolve({ train: valuesOf(all, train), test: valuesOf(all, test) }) };
      },
    };
  },
  configOf: (column) => {
    const { missing, normalization } = column;
    return { type: 'number', missing, normalization, ...writtenKeys(column) };
  },
  single: singleNumbers,
  fit({ missing, normalization }, values, _, indices) {
    const isLog = normalization === 'log';
    const known = Float64Array.from(indices, (row) => (values as Float32Array)[row]).filter((value) => !isNaN(value));
    const fill = typeof missing === 'number' ? missing : known.length > 0 ? meanOf(known) : 0;
    // What is filled in counts, as where it is filled in before it is scaled.
    const filled = typeof missing === 'number' || missing === 'error' ? indices.length - known.length : 0;
    const seen = Float64Array.from([...known, ...new Array<number>(filled).fill(fill)], (value) =>
      isLog ? Math.log1p(value) : value,
    );
    return { ...scaleBy(normalization, seen), fill, isLog, hasIndicator: missing === 'indicator' };
  },
  isFitted(column, preparation) {
    const { missing, normalization, shape } = column as Partial<NumberColumn>;
    const { fill, isLog, hasIndicator, mean, standardDeviation } = (preparation ?? {}) as Record<string, unknown>;
    const isKnown = ['error', 'mean', 'indicator'].includes(String(missing)) || Number.isFinite(missing);
    return (
      [isKnown, typeof normalization === 'string', typeof isLog === 'boolean', typeof hasIndicator === 'boolean'].every(
        Boolean,
      ) &&
      [fill, mean, standardDeviation].every(Number.isFinite) &&
      isWritten(column as WrittenNumbers) &&
      String(shape) === (hasIndicator ? '2' : '1')
    );
  },
  makeResident: (_, values, __, runtime) => runtime.resident(values as Float32Array),
  gather: (resident, indices) => tf.gather(resident, indices),
  prepare(batch, { fill, isLog, hasIndicator, mean, standardDeviation }) {
    const isMissing = tf.isNaN(batch);
    const filled = tf.where(isMissing, tf.scalar(fill), batch);
    const value = isLog ? tf.log1p(filled) : filled;
    const scaled = tf.expandDims(tf.mul(tf.sub(value, mean), 1 / standardDeviation), 1);
    return hasIndicator ? tf.concat([scaled, tf.expandDims(tf.cast(isMissing, 'float32'), 1)], 1) : scaled;
  },
};

/** NaN for a missing one. @throws UserError at its place */
function valueOf(
  cell: Cell,
  place: () => string,
  { missing, normalization, format }: Pick<NumberColumn, 'missing' | 'normalization'> & { format: NumberFormat },
): number {
  const known = numberOf(cell, place, format);
  if (known === null && missing === 'error') throw missingNumber(place());
  const value = known ?? NaN;
  if (normalization === 'log' && value <= -1) throw outOfLogarithm(place(), value);
  return value;
}

function singleNumbers(column: NumberColumn, preparation: NumberPreparation): SingleValues {
  const { name, missing } = column;
  const settings = { ...column, format: formatOf(column) };
  const numberIn = (value: ColumnValues): number => (value as Float32Array)[0];
  const isMissing = (value: ColumnValues): boolean => isNaN(numberIn(value));
  const mayBeMissing = missing !== 'error';
  return {
    read: (cell, place) => Float32Array.of(valueOf(cell, place, settings)),
    write: (value) => (isMissing(value) ? null : shortest(numberIn(value))),
    bytes: 4,
    watched: [{ name, of: numberIn }, ...(mayBeMissing ? [watchedShare(`${name}: missing`, isMissing)] : [])],
    schema: { type: 'number', ...(mayBeMissing ? { nullable: true } : {}) },
    example: () => Number(preparation.fill.toPrecision(3)),
  };
}

/** The shortest decimal that is this float32. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** A number or several, told in their own units; trained on as (v − mean) ÷ standardDeviation. */
export const numberTarget: TargetKind = {
  read(targets) {
    const columns = Object.entries(targets).map(([name, config]) => ({
      name,
      reader: new NumberCells(name, formatOf(config as NumberTarget)),
    }));
    return {
      columns,
      finish: () => {
        const values = interleaved(columns.map(({ reader }) => reader.values));
        const names = columns.map(({ name }) => name);
        const target: TargetColumn = { name: names.join(', '), type: 'number', classes: [] };
        return { target: names.length === 1 ? target : { ...target, columns: names }, values };
      },
    };
  },
  areClasses: ({ length }) => length === 0,
  outputs: ({ columns }) => columns?.length ?? 1,
  strata: (values, { columns }) => tenths(columnOf(values, 0, columns?.length ?? 1)),
  fit(values, rows, { columns }) {
    const scales = (columns ?? ['']).map((_, column, { length }) =>
      scaleBy('standardize', valuesOf(columnOf(values as Float64Array, column, length), rows)),
    );
    return columns ? scales : scales[0];
  },
  makeResident(values, { scale }, runtime) {
    const scales = scalesOf(scale);
    const scaled = Float32Array.from(values, (value, index) => {
      const { mean, standardDeviation } = scales[index % scales.length];
      return (value - mean) / standardDeviation;
    });
    return runtime.resident(scaled, scales.length === 1 ? undefined : [values.length / scales.length, scales.length]);
  },
  toOutputs: (values) => (values.rank === 1 ? tf.expandDims(values, 1) : values),
  progressMetric: 'mean_absolute_error',
  progress(outputs, values, { scale }) {
    const scales = scalesOf(scale);
    if (scales.length === 1)
      return tf.mul(tf.sum(tf.abs(tf.sub(tf.squeeze(outputs, [1]), values))), scales[0].standardDeviation);
    const units = scales.map(({ standardDeviation }) => standardDeviation);
    return tf.sum(tf.mean(tf.mul(tf.abs(tf.sub(outputs, values)), units), 1));
  },
  measure(wanted, outputs, values, { scale }) {
    const scores = Object.entries(
      meanScores(regressionScoresOf(inOwnUnit(outputs, scale), values, scalesOf(scale).length)),
    );
    return Object.fromEntries(scores.filter(([name]) => name === 'mean_absolute_error' || wanted.includes(name)));
  },
};

class NumberCells implements CellReader {
  readonly #list = new NumberList();

  constructor(
    readonly name: string,
    readonly format: NumberFormat,
  ) {}

  add(cell: Cell, place: () => string): void {
    const value = numberOf(cell, place, this.format);
    if (value === null) throw emptyTarget(place(), this.name);
    this.#list.push(value);
  }

  readonly addNumbers = (numbers: Float64Array): boolean =>
    isPlain(this.format) && takeAll(this.#list, numbers, (value) => !Number.isNaN(value));

  get values(): Float64Array {
    return this.#list.values;
  }
}

/** Adds numbers to others if all of them may be; if not, none. */
function takeAll(list: NumberList, numbers: Float64Array, isValue: (value: number) => boolean): boolean {
  const areValues = numbers.every(isValue);
  if (areValues) list.append(numbers);
  return areValues;
}

/** Columns as row-major [rows, columns]. */
function interleaved(columns: readonly Float64Array[]): Float64Array {
  const values = new Float64Array(columns[0].length * columns.length);
  columns.forEach((column, place) => {
    column.forEach((value, row) => (values[row * columns.length + place] = value));
  });
  return values;
}

/** Which tenth of all values each is in, equal values in one: int32 [rows], from 0. */
function tenths(values: Float64Array): Int32Array {
  const sorted = values.slice().sort();
  const bounds = Array.from({ length: 9 }, (_, index) => sorted[Math.floor(((index + 1) * sorted.length) / 10)]);
  return Int32Array.from(values, (value) => bounds.filter((bound) => value >= bound).length);
}

/** Constant values are only centred, as scikit-learn has it. */
function scaleBy(normalization: NumberInput['normalization'], values: Float64Array): Scale {
  if (normalization === 'none' || values.length === 0) return { mean: 0, standardDeviation: 1 };
  if (normalization === 'rescale') {
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const range = values.reduce((a, b) => Math.max(a, b), -Infinity) - least;
    return { mean: least, standardDeviation: range === 0 ? 1 : range };
  }
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, standardDeviation: variance === 0 ? 1 : Math.sqrt(variance) };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function missingNumber(place: string): Error {
  const hint = 'say what stands for it: missing: mean, indicator, or a number';
  return invalidTable(place, 'a number is missing here', hint);
}

function outOfLogarithm(place: string, value: number): Error {
  return invalidTable(place, `ln(1 + x) of ${value} is no number`, 'choose another normalization');
}
