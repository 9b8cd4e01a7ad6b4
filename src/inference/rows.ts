import { resolve } from 'node:path';
import { thresholdsOf } from '../data/columns/target-kind.js';
import type { CategoryColumn } from '../data/columns/category.js';
import type { Dataset, DatasetProgress, InputColumn, Rows, TargetColumn } from '../data/dataset.js';
import { translatedInputs } from '../data/inputs.js';
import { readInputRows, tableOfRows } from '../data/tables/input-rows.js';
import { openTable } from '../data/tables/open-table.js';
import { everyIndex } from '../data/rows.js';
import { measure } from '../data/target.js';
import { UserError } from '../text/errors.js';
import { accuracy, answers, mostProbable } from '../metrics/classification.js';
import { randomStream } from '../random.js';
import { loadDatasetOf } from '../run/dataset.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { InferenceHooks } from './hooks.js';
import { RowPredictor } from './row-predictor.js';
import type { TableModel } from './table-model.js';
import type {
  Importance,
  ImportanceTask,
  InferenceTask,
  PredictedRows,
  PredictRowsTask,
  RowsTask,
  TestedRows,
  TestRowsTask,
} from './tasks.js';

/** Whether a task is one for a model of rows. */
export function isOfRows(task: InferenceTask): task is RowsTask {
  return task.type === 'predict-rows' || task.type === 'test-rows' || task.type === 'importance';
}

/**
 * Does what a worker is asked of a model of rows.
 * @throws UserError `model-not-found`, `model-invalid`, `dataset-mismatch`, and what reading a table throws
 */
export async function performRows(
  task: RowsTask,
  runtime: Runtime,
  hooks: InferenceHooks,
): Promise<PredictedRows | TestedRows | Importance> {
  const predictor = await loadRowPredictor(runtime, task.model);
  switch (task.type) {
    case 'predict-rows':
      return predictRows(task, predictor, hooks);
    case 'test-rows':
      return testRows(task, predictor, hooks);
    case 'importance':
      return importance(task, predictor, hooks);
  }
}

/** Models stay loaded for as long as their engine runs. */
const loaded = new WeakMap<Runtime, Map<string, Promise<RowPredictor>>>();

function loadRowPredictor(runtime: Runtime, model: TableModel): Promise<RowPredictor> {
  const models = loaded.get(runtime) ?? new Map<string, Promise<RowPredictor>>();
  loaded.set(runtime, models);
  const predictor = models.get(model.directory) ?? RowPredictor.load(runtime, model);
  models.set(model.directory, predictor);
  return predictor;
}

async function predictRows(
  { rows, model }: PredictRowsTask,
  predictor: RowPredictor,
  { onProgress, signal }: InferenceHooks,
): Promise<PredictedRows> {
  const options = {
    baseDirectory: process.cwd(),
    signal,
    onProgress: (progress: DatasetProgress) => {
      onProgress({ type: 'data-progress', ...progress });
    },
  };
  const table = 'file' in rows ? await openTable(resolve(rows.file), rows, options) : tableOfRows(rows.name, rows.rows);
  const columns = model.inputs.map(({ column }) => column);
  const read = await readInputRows(table, columns, options);
  return { count: read.count, outputs: predictor.predict(read) };
}

async function testRows(
  { experiment, model }: TestRowsTask,
  predictor: RowPredictor,
  hooks: InferenceHooks,
): Promise<TestedRows> {
  const dataset = await loadDatasetOf(experiment, hooks);
  requireSameColumns(dataset, model);
  const { test, digest } = dataset;
  const outputs = predictor.predict(asKnown(dataset, model));
  return { digest, count: test.count, truth: test.target, outputs, ...(await misreadTexts(model, test, outputs)) };
}

async function importance(
  { experiment, model, repeats, seed }: ImportanceTask,
  predictor: RowPredictor,
  hooks: InferenceHooks,
): Promise<Importance> {
  const dataset = await loadDatasetOf(experiment, hooks);
  requireSameColumns(dataset, model);
  const { test } = dataset;
  const score = scorer(model, test);
  const rows = predictor.upload(asKnown(dataset, model));
  const asTheyAre = score.of(rows.predict());
  const columns = [];
  for (const [index, { column }] of model.inputs.entries()) {
    const worse: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      hooks.signal?.throwIfAborted();
      const order = randomStream(seed, `importance/${column.name}/${repeat}`).shuffle(everyIndex(test.count));
      worse.push(score.sign * (asTheyAre - score.of(rows.predict({ input: index, order }))));
    }
    columns.push({ name: column.name, worse });
    const progress = { step: 'Shuffling', subject: column.name, done: index + 1, total: model.inputs.length };
    hooks.onProgress({ type: 'data-progress', ...progress, unit: 'columns' });
  }
  rows.dispose();
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  columns.sort((a, b) => mean(b.worse) - mean(a.worse));
  return { metric: score.metric, score: asTheyAre, rows: test.count, columns };
}

/** More than these nobody reads. */
const MOST_TEXTS = 10_000;

/** Of texts, those that are taken for another class. */
async function misreadTexts(
  { target }: TableModel,
  { target: truth, texts }: Rows,
  outputs: Float32Array,
): Promise<Pick<TestedRows, 'texts'>> {
  const { column } = target;
  if (!texts || !['category', 'binary'].includes(column.type)) return {};
  const predictions =
    column.type === 'binary' ? answers(outputs, thresholdsOf(target)[0]) : mostProbable(outputs, column.classes.length);
  const wrong = [...predictions.keys()].filter((row) => predictions[row] !== truth[row]).slice(0, MOST_TEXTS);
  const read = await texts(wrong);
  return { texts: Object.fromEntries(wrong.map((row, index) => [row, read[index]])) };
}

/** The test rows of a dataset as the model knows their values. */
function asKnown({ inputs, test }: Dataset, model: TableModel): Rows {
  const columns = model.inputs.map(({ column }) => column);
  return { ...test, inputs: translatedInputs(test.inputs, inputs, columns) };
}

/** What predictions are worth, in one number. */
interface Scorer {
  metric: string;
  /** 1 where more is better, −1 where less is. */
  sign: 1 | -1;
  of: (outputs: Float32Array) => number;
}

function scorer({ target }: TableModel, { target: truth }: Rows): Scorer {
  const { column } = target;
  if (column.type === 'multi_label') {
    const metric = 'mean_average_precision';
    const of = (outputs: Float32Array): number => measure(target, [metric], outputs, truth)[metric];
    return { metric, sign: 1, of };
  }
  if (truth instanceof Float64Array) {
    // Errors of several numbers are in several units.
    const metric = column.columns ? 'r2_score' : 'mean_absolute_error';
    const of = (outputs: Float32Array): number => measure(target, [metric], outputs, truth)[metric];
    return { metric, sign: column.columns ? 1 : -1, of };
  }
  const classOf = (outputs: Float32Array): Int32Array =>
    column.type === 'binary' ? answers(outputs, thresholdsOf(target)[0]) : mostProbable(outputs, column.classes.length);
  return { metric: 'accuracy', sign: 1, of: (outputs) => accuracy(classOf(outputs), truth) };
}

/** @throws UserError `dataset-mismatch` that says what differs */
function requireSameColumns({ inputs, target, source }: Dataset, model: TableModel): void {
  const theirs = [...inputs, target].map(described);
  const ours = [...model.inputs.map(({ column }) => column), model.target.column].map(described);
  const different = ours.findIndex((column, index) => column !== theirs.at(index));
  if (different < 0 && theirs.length === ours.length) return;
  const index = different < 0 ? ours.length : different;
  const [has, takes] = [theirs, ours].map((columns) => columns.at(index) ?? 'nothing more');
  throw new UserError(`${source} doesn't fit ${model.name}: it has ${has}, and the model takes ${takes}`, {
    code: 'dataset-mismatch',
    hint: 'give an experiment file whose dataset has the same columns, categories and classes: --dataset FILE',
  });
}

/** A column with all that a model counts on: the same words mean the same values. */
function described(column: InputColumn | TargetColumn): string {
  const { name, type } = column;
  const shape = 'shape' in column ? [column.shape.join('×')] : [];
  const words = 'classes' in column ? column.classes : ((column as Partial<CategoryColumn>).categories ?? []);
  return `${name} (${[type, ...shape, words.join(', ')].filter((part) => part !== '').join(': ')})`;
}
