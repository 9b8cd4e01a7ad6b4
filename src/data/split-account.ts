import type { Experiment } from '../config/schema/experiment.generated.js';
import { sourceSeeds } from '../random.js';
import { timeText } from './columns/times.js';
import { columnOf } from '../metrics/regression.js';
import type { Dataset, Rows, TargetColumn } from './dataset.js';
import { type PixelCounts, pixelCounts } from './masks/pixel-counts.js';
import { everyIndex, valuesOf } from './rows.js';
import { splitDataset } from './split.js';

/** What a part of a split holds. */
export interface PartAccount {
  rows: number;
  /** How many values of `dataset.split.group`. */
  groups?: number;
  /** Oldest and newest by `dataset.split.time`. */
  times?: [oldest: string, newest: string];
  /** Of a target with classes or labels: of each how many rows. */
  classes?: Record<string, number>;
  /** Of masks: of each class how many pixels, and how many masks have none but of the first. */
  pixels?: PixelCounts;
  /** Of numbers, each under its column's name. */
  numbers?: Record<string, { mean: number; least: number; greatest: number }>;
}

/** What is trained on, what validates and what is tested. */
export interface SplitAccount {
  group?: string;
  time?: string;
  parts: Record<'train' | 'validation' | 'test', PartAccount>;
}

/** How an experiment's rows are divided, with the run's seed. @throws UserError as `splitDataset` */
export function splitAccount({ dataset: data, training }: Experiment, dataset: Dataset): SplitAccount {
  const { train, validation } = splitDataset(dataset, { ...data, seed: sourceSeeds(training).split });
  const { target } = dataset;
  const { group = null, time = null } = data.name === 'table' ? (data.split ?? {}) : {};
  return {
    ...(group === null ? {} : { group }),
    ...(time === null ? {} : { time }),
    parts: {
      train: accountOf(dataset.train, train, target),
      validation: accountOf(dataset.train, validation, target),
      test: accountOf(dataset.test, everyIndex(dataset.test.count), target),
    },
  };
}

function accountOf({ target, groups, times, count }: Rows, rows: Int32Array, column: TargetColumn): PartAccount {
  const { name, classes, columns = [name] } = column;
  const size = target.length / count;
  const given = {
    rows: rows.length,
    ...(groups ? { groups: new Set(valuesOf(groups, rows)).size } : {}),
    ...(times && rows.length > 0 ? { times: spanOf(valuesOf(times.values, rows), times.areDates) } : {}),
  };
  if (target instanceof Uint8Array) return { ...given, pixels: pixelCounts(target, rows, { classes, size }) };
  const values = valuesOf(target, rows, size);
  return {
    ...given,
    ...(classes.length > 0 ? { classes: countsOf(values, classes, column.type === 'multi_label') } : {}),
    ...(classes.length === 0 && rows.length > 0 ? { numbers: numbersOf(values, columns) } : {}),
  };
}

function spanOf(values: Float64Array, areDates: boolean): [string, string] {
  const { least, greatest } = summaryOf(values);
  return [timeText(least, areDates), timeText(greatest, areDates)];
}

/** @param areLabels whether a row has a value of each, 0 or 1 */
function countsOf(values: ArrayLike<number>, classes: readonly string[], areLabels: boolean): Record<string, number> {
  const counts = new Int32Array(classes.length);
  for (let index = 0; index < values.length; index++) {
    if (areLabels) counts[index % classes.length] += values[index];
    else counts[values[index]] += 1;
  }
  return Object.fromEntries(classes.map((name, index) => [name, counts[index]]));
}

function numbersOf(values: ArrayLike<number>, columns: readonly string[]): PartAccount['numbers'] {
  return Object.fromEntries(columns.map((name, place) => [name, summaryOf(columnOf(values, place, columns.length))]));
}

function summaryOf(values: Int32Array | Float64Array): { mean: number; least: number; greatest: number } {
  let [sum, least, greatest] = [0, Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { mean: sum / values.length, least, greatest };
}
