import type { Experiment } from '../config/schema/experiment.generated.js';
import { sourceSeeds } from '../random.js';
import { timeText } from './columns/times.js';
import type { Dataset, Rows } from './dataset.js';
import { everyIndex, valuesOf } from './rows.js';
import { splitDataset } from './split.js';

/** What a part of a split holds. */
export interface PartAccount {
  rows: number;
  /** How many values of `dataset.split.group`. */
  groups?: number;
  /** Oldest and newest by `dataset.split.time`. */
  times?: [oldest: string, newest: string];
  /** Of a target with classes: of each how many rows. */
  classes?: Record<string, number>;
  /** Of a target of numbers. */
  numbers?: { mean: number; least: number; greatest: number };
}

/** What is trained on, what validates and what is tested. */
export interface SplitAccount {
  target: string;
  group?: string;
  time?: string;
  parts: Record<'train' | 'validation' | 'test', PartAccount>;
}

/** How an experiment's rows are divided, with the run's seed. @throws UserError as `splitDataset` */
export function splitAccount({ dataset: data, training }: Experiment, dataset: Dataset): SplitAccount {
  const { train, validation } = splitDataset(dataset, { ...data, seed: sourceSeeds(training).split });
  const { classes } = dataset.target;
  const { group = null, time = null } = data.name === 'table' ? (data.split ?? {}) : {};
  return {
    target: dataset.target.name,
    ...(group === null ? {} : { group }),
    ...(time === null ? {} : { time }),
    parts: {
      train: accountOf(dataset.train, train, classes),
      validation: accountOf(dataset.train, validation, classes),
      test: accountOf(dataset.test, everyIndex(dataset.test.count), classes),
    },
  };
}

function accountOf({ target, groups, times }: Rows, rows: Int32Array, classes: readonly string[]): PartAccount {
  const values = valuesOf(target, rows);
  return {
    rows: rows.length,
    ...(groups ? { groups: new Set(valuesOf(groups, rows)).size } : {}),
    ...(times && rows.length > 0 ? { times: spanOf(valuesOf(times.values, rows), times.areDates) } : {}),
    ...(classes.length > 0 ? { classes: countsOf(values, classes) } : {}),
    ...(classes.length === 0 && rows.length > 0 ? { numbers: summaryOf(values) } : {}),
  };
}

function spanOf(values: Float64Array, areDates: boolean): [string, string] {
  const { least, greatest } = summaryOf(values);
  return [timeText(least, areDates), timeText(greatest, areDates)];
}

function countsOf(values: ArrayLike<number>, classes: readonly string[]): Record<string, number> {
  const counts = new Int32Array(classes.length);
  for (let row = 0; row < values.length; row++) counts[values[row]] += 1;
  return Object.fromEntries(classes.map((name, index) => [name, counts[index]]));
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
