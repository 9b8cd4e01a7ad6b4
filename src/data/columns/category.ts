import { closest } from 'fastest-levenshtein';
import * as tf from '@tensorflow/tfjs';
import type { CategoryInput } from '../../config/schema/experiment.generated.js';
import { accuracy, classificationMetrics, mostProbable } from '../../metrics/classification.js';
import { listed } from '../../text/words.js';
import type { ColumnValues, InputColumn } from '../dataset.js';
import { valuesOf } from '../rows.js';
import { invalidTable, shown } from '../tables/table-error.js';
import type { CellReader, RowSets } from './cells.js';
import type { InputKind } from './input-kind.js';
import { type TargetKind, UNSCALED, theTarget } from './target-kind.js';
import { type SingleValues, watchedShare } from './single-values.js';
import { Words, sortedWords, wordOf } from './words.js';

/** One of some values; resident as its index, −1 for others, one-hot in the step. */
export interface CategoryColumn extends InputColumn {
  type: 'category';
  categories: readonly string[];
}

export const category: InputKind<CategoryColumn, { categories: number }> = {
  read(name, config, named) {
    const { categories: given } = config as CategoryInput;
    const words = new Words();
    return {
      add: (cell, place) => {
        words.add(cell, place);
      },
      finish: ({ train, test }: RowSets) => {
        const categories = given ?? named ?? sortedWords(words.among(train));
        const indices = words.indicesIn(categories);
        const column: CategoryColumn = { name, type: 'category', shape: [categories.length], categories };
        return {
          column,
          load: () => Promise.resolve({ train: valuesOf(indices, train), test: valuesOf(indices, test) }),
        };
      },
    };
  },
  configOf: ({ categories }) => ({ type: 'category', categories: [...categories] }),
  single: singleCategories,
  fit: ({ categories }) => ({ categories: categories.length }),
  isFitted(column, preparation) {
    const { categories, shape } = column as Partial<CategoryColumn>;
    const isWords = Array.isArray(categories) && categories.every((word) => typeof word === 'string');
    const { categories: count } = (preparation ?? {}) as Record<string, unknown>;
    return isWords && String(shape) === String(categories.length) && count === categories.length;
  },
  makeResident: (_, values, __, runtime) => runtime.resident(values as Int32Array),
  gather: (resident, indices) => tf.gather(resident, indices),
  prepare: (batch, { categories }) => tf.oneHot(batch, categories, 1, 0, 'float32'),
};

function singleCategories({ name, categories }: CategoryColumn): SingleValues {
  const indices = new Map(categories.map((word, index) => [word, index]));
  const indexOf = (value: ColumnValues): number => (value as Int32Array)[0];
  return {
    read: (cell, place) => Int32Array.of(cell === null ? -1 : (indices.get(wordOf(cell, place)) ?? -1)),
    remark: (cell, value) =>
      cell === null || indexOf(value) >= 0
        ? undefined
        : unknownCategory(
            wordOf(cell, () => name),
            categories,
          ),
    write: (value) => (indexOf(value) < 0 ? null : categories[indexOf(value)]),
    bytes: 4,
    watched: [
      { name, kinds: categories.length, of: (value) => (indexOf(value) < 0 ? NaN : indexOf(value)) },
      watchedShare(`${name}: unseen or empty`, (value) => indexOf(value) < 0),
    ],
    schema: { type: 'string', nullable: true, description: `one of ${listed(categories, 20)}` },
    options: categories,
    example: () => categories.at(0) ?? null,
  };
}

function unknownCategory(word: string, categories: readonly string[]): string {
  const nearest = categories.length > 0 ? `; the nearest is ${shown(closest(word, [...categories]))}` : '';
  return `${shown(word)} is none of the categories in the training data${nearest}`;
}

/** One of some classes, which are counted from 0. */
export const categoryTarget: TargetKind = {
  read(targets, namedIn) {
    const [name] = theTarget(targets);
    const words = new Words();
    let firstEmpty: string | undefined;
    const add: CellReader['add'] = (cell, place) => {
      if (cell === null) firstEmpty ??= place();
      words.add(cell, place);
    };
    return {
      columns: [{ name, reader: { add } }],
      finish: (known) => {
        if (firstEmpty !== undefined) throw emptyTarget(firstEmpty, name);
        const classes = namedIn(name) ?? sortedWords(words.among(known));
        return { target: { name, type: 'category', classes }, values: words.classesIn(classes, name) };
      },
    };
  },
  areClasses: ({ length }) => length > 0,
  outputs: ({ classes }) => classes.length,
  strata: (values) => values as Int32Array,
  fit: () => UNSCALED,
  makeResident: (values, _, runtime) => runtime.resident(values as Int32Array),
  toOutputs(labels, classes, smoothing) {
    const off = smoothing / classes;
    if (labels.dtype === 'int32') return tf.oneHot(labels, classes, 1 - smoothing + off, off, 'float32');
    return smoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - smoothing), off);
  },
  progressMetric: 'accuracy',
  progress: (outputs, labels) => tf.sum(tf.cast(tf.equal(tf.argMax(outputs, 1), labels), 'float32')),
  measure(wanted, probabilities, values) {
    const labels = values as Int32Array;
    const predictions = mostProbable(probabilities, probabilities.length / labels.length);
    return {
      accuracy: accuracy(predictions, labels),
      ...classificationMetrics(wanted, { probabilities, predictions }, labels),
    };
  },
};

/** What has no class can't be learnt from. */
export function emptyTarget(place: string, name: string): Error {
  return invalidTable(place, `the target ${shown(name)} is empty here`, 'fill it in, or remove the row');
}
