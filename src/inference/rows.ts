import { resolve } from 'node:path';
import { thresholdsOf } from '../data/columns/target-kind.js';
import type { Dataset, DatasetProgress, Rows } from '../data/dataset.js';
import { readInputRows, tableOfRows } from '../data/tables/input-rows.js';
import { openTable } from '../data/tables/open-table.js';
import { everyIndex, valuesOfRow } from '../data/rows.js';
import { measure } from '../data/target.js';
import { accuracy, answers, mostProbable } from '../metrics/classification.js';
import { diceOfMasks, meanOf } from '../metrics/segmentation.js';
import { randomStream } from '../random.js';
import { loadDatasetOf } from '../run/dataset.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { InferenceHooks } from './hooks.js';
import { RowPredictor } from './row-predictor.js';
import { type TableModel, isTableModel } from './table-model.js';
import { asKnown, requireSameColumns } from './known-columns.js';
import { describeRows } from './own-rows.js';
import type {
  Importance,
  ImportanceTask,
  InferenceAnswers,
  InferenceTask,
  PredictedRows,
  PredictRowsTask,
  RowsTask,
  TestedRows,
  TestRowsTask,
} from './tasks.js';

/** Whether a task is one for a model of rows. */
export function isOfRows(task: InferenceTask): task is RowsTask {
  return isTableModel(task.model);
}

/**
 * Does what a worker is asked of a model of rows.
 * @throws UserError `model-not-found`, `model-invalid`, `dataset-mismatch`, and what reading a table throws
 */
export async function performRows(
  task: RowsTask,
  runtime: Runtime,
  hooks: InferenceHooks,
): Promise<InferenceAnswers[RowsTask['type']]> {
  const predictor = await loadRowPredictor(runtime, task.model);
  switch (task.type) {
    case 'load-rows':
      return { device: runtime.device, version: runtime.version };
    case 'reference-rows':
      return describeRows(task, predictor, hooks);
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

/** The predictor of a model of rows; loaded once for each engine. @throws UserError `model-not-found`, `model-invalid` */
export function loadRowPredictor(runtime: Runtime, model: TableModel): Promise<RowPredictor> {
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
  if ('values' in rows)
    return { count: rows.count, outputs: predictor.predict({ count: rows.count, inputs: rows.values }) };
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
  const outputs = predictor.predict(asKnown(dataset, test, model));
  const shown = { ...(await misreadTexts(model, test, outputs)), ...worstImages(model, dataset, outputs) };
  return { digest, count: test.count, truth: test.target, outputs, ...shown };
}

/** Images that a picture shows. */
const MOST_IMAGES = 8;

/** Of masks, the images in which they are furthest off. */
function worstImages(
  { target: { column } }: TableModel,
  { inputs, test }: Dataset,
  outputs: Float32Array,
): Pick<TestedRows, 'worstImages'> {
  if (column.type !== 'mask') return {};
  const dice = diceOfMasks(outputs, test.target, { images: test.count, classes: column.classes });
  const worst = [...dice.keys()].sort((a, b) => dice[a] - dice[b]).slice(0, MOST_IMAGES);
  const images = test.inputs[inputs.findIndex(({ type }) => type === 'image')];
  const pixelsOf = (row: number): Uint8Array => Uint8Array.from(valuesOfRow(images, row, test.count) as Uint8Array);
  return { worstImages: worst.map((row) => ({ row, dice: dice[row], pixels: pixelsOf(row) })) };
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
  const rows = predictor.upload(asKnown(dataset, test, model));
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

/** What predictions are worth, in one number. */
interface Scorer {
  metric: string;
  /** 1 where more is better, −1 where less is. */
  sign: 1 | -1;
  of: (outputs: Float32Array) => number;
}

function scorer({ target }: TableModel, { target: truth, count }: Rows): Scorer {
  const { column } = target;
  if (column.type === 'mask') {
    const { classes } = column;
    return {
      metric: 'dice',
      sign: 1,
      of: (outputs) => meanOf(diceOfMasks(outputs, truth, { images: count, classes })),
    };
  }
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
  return { metric: 'accuracy', sign: 1, of: (outputs) => accuracy(classOf(outputs), truth as Int32Array) };
}
