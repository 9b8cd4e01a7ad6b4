import { joinedValues, lengthOf } from '../../data/columns/single-values.js';
import type { ColumnValues } from '../../data/dataset.js';
import { rowValueName } from '../../inference/row-answers.js';
import type { TableModel } from '../../inference/table-model.js';
import type { OwnRows } from '../../inference/tasks.js';
import { watchedOf } from '../../inference/watched.js';
import { listed } from '../../text/words.js';
import type { Answering, Batching, TestScore } from '../answering.js';
import { DriftMonitor } from '../drift.js';
import { MicroBatcher } from '../micro-batcher.js';
import { addModelDescription } from '../model-files.js';
import { FORM_PAGE, addPage } from '../page.js';
import type { PredictionService } from '../prediction-service.js';
import { RowReader, type ServedColumn, servedColumns } from './row-reader.js';
import { byteTypesOf } from './row-schemas.js';
import { addRowsRoute, thresholdsIn } from './rows-route.js';

/** Rows of different requests that are answered together. */
const LARGEST_BATCH = 256;
/** Numbers of a column that are sent at once: long texts make shorter batches. */
const MOST_VALUES = 2 ** 23;

/** Answers requests for a model of rows. @param own absent where the model's own data can't be read */
export function answerRows(
  service: PredictionService<TableModel>,
  own: OwnRows | undefined,
  { queueLimit, onBatch }: Batching,
): Answering {
  const { model } = service;
  const columns = servedColumns(model);
  const watched = watchedOf(model);
  const drift = own && driftOf(own, watched);
  const batcher = new MicroBatcher<ColumnValues[], Float32Array>({
    process: (rows) => answerAll(service, rows),
    largestBatch: LARGEST_BATCH,
    queueLimit,
    onBatch,
  });
  const reader = new RowReader(columns, model);
  return {
    name: model.name,
    about: `Predicts ${aboutTarget(model)} of ${listed(
      columns.map(({ name }) => name),
      20,
    )}.`,
    byteTypes: byteTypesOf(columns),
    valueBytes: columns.reduce((sum, { bytes }) => sum + bytes, 0),
    queueLength: () => batcher.length,
    drift,
    addRoutes: async (app, { bytes, metrics, score }) => {
      await addRowsRoute(app, { model, reader, batcher, bytes, drift, watched, predictions: metrics.predictions });
      addModelDescription(app, describe(model, columns, score));
      addPage(app, FORM_PAGE, own?.samples ?? []);
    },
  };
}

function driftOf(
  { reference: { source, count, values } }: OwnRows,
  watched: ReturnType<typeof watchedOf>,
): DriftMonitor {
  const features = watched.map(({ name, kinds }, index) => ({ name, kinds, reference: values[index] }));
  return new DriftMonitor({ source, rows: count }, features);
}

/** One batch after another, each of as many rows as fit. */
async function answerAll(
  service: PredictionService<TableModel>,
  rows: readonly ColumnValues[][],
): Promise<Float32Array[]> {
  const answers: Float32Array[] = [];
  while (answers.length < rows.length) {
    const batch = nextBatch(rows, answers.length);
    const { outputs } = await service.predictRows(batch.length, columnsOf(batch));
    const size = outputs.length / batch.length;
    for (let row = 0; row < batch.length; row++) answers.push(outputs.subarray(row * size, (row + 1) * size));
  }
  return answers;
}

/** At least one row. */
function nextBatch(rows: readonly ColumnValues[][], first: number): ColumnValues[][] {
  let longest = 0;
  for (let row = first; row < rows.length; row++) {
    longest = Math.max(longest, ...rows[row].map(lengthOf));
    if (row > first && longest * (row - first + 1) > MOST_VALUES) return rows.slice(first, row);
  }
  return rows.slice(first);
}

/** The values of rows, column by column. */
function columnsOf(rows: readonly ColumnValues[][]): ColumnValues[] {
  return rows[0].map((_, column) => joinedValues(rows.map((row) => row[column])));
}

function aboutTarget({ target: { column } }: TableModel): string {
  const classes = column.classes.length > 0 ? ` (${listed(column.classes, 20)})` : '';
  return `${column.name}${classes}`;
}

function describe(model: TableModel, columns: readonly ServedColumn[], score: TestScore | null): object {
  const { name, target, dataset } = model;
  const { type, classes, columns: names } = target.column;
  const inputs = columns.map(({ name: column, type: of, schema, options }) => {
    return { name: column, type: of, schema, ...(options ? { options } : {}) };
  });
  return {
    name,
    inputs,
    target: { name: target.column.name, type, classes, ...(names ? { columns: names } : {}), ...thresholdsIn(model) },
    values: rowValueName(model),
    dataset,
    test: score && { ...score.metrics, rows: score.count },
  };
}
