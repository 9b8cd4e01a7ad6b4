import type { FastifyInstance, FastifyRequest } from 'fastify';
import { inOwnUnit, thresholdsOf } from '../../data/columns/target-kind.js';
import type { ColumnValues } from '../../data/dataset.js';
import type { Cell } from '../../data/tables/table.js';
import type { ImageColumn } from '../../data/images/image-column.js';
import { WHITE } from '../../data/images/pixels.js';
import { type RowPrediction, ofBoth, rowAnswer, rowPredictions } from '../../inference/row-answers.js';
import type { TableModel } from '../../inference/table-model.js';
import type { Watched } from '../../inference/watched.js';
import { occludedText, readsText, wordEffects } from '../../inference/word-occlusion.js';
import { UserError } from '../../text/errors.js';
import type { Shared } from '../answering.js';
import type { DriftMonitor } from '../drift.js';
import type { MicroBatcher } from '../micro-batcher.js';
import { imageOf } from '../images/request-images.js';
import { inJson, rowsOfCsv, rowsOfJson } from './request-rows.js';
import { type GivenRow, type ReadRow, type RowReader, invalidRequest } from './row-reader.js';
import { type RowExample, documentedRowsSchema, isOneImage, predictRowsSchema } from './row-schemas.js';
import { CSV_TYPE } from '../schemas.js';

/** Classes that are named unless the request says otherwise. */
const DEFAULT_TOP = 10;
/** Words of which what each adds is told, in one request: each is another text to answer. */
const MOST_WORDS = 500;
/** Warnings of one answer. */
const MOST_WARNINGS = 20;

/** What answers rows, and what watches them. */
export interface PredictingRows extends Pick<Shared, 'bytes'> {
  model: TableModel;
  reader: RowReader;
  /** The values of a row to what the model says of it. */
  batcher: MicroBatcher<ColumnValues[], Float32Array>;
  drift: DriftMonitor | undefined;
  watched: readonly Watched[];
  predictions: Shared['metrics']['predictions'];
}

interface PredictRequest {
  Body: object | Buffer | undefined;
  Querystring: { top?: string; explain?: 'words' };
}

/** Adds `POST /predict`; its description shows an example that the model has answered. */
export async function addRowsRoute(app: FastifyInstance, predicting: PredictingRows): Promise<void> {
  const { model, reader, bytes } = predicting;
  const example = await exampleOf(predicting);
  const swaggerTransform = ({ url }: { url: string }): { schema: object; url: string } => ({
    schema: documentedRowsSchema(model, reader.columns, example),
    url,
  });
  const schema = predictRowsSchema(model, reader.columns, example);
  app.post<PredictRequest>('/predict', { schema, config: { swaggerTransform } }, (request) =>
    bytes.during(request.raw, predict(request, predicting)),
  );
}

async function predict(request: FastifyRequest<PredictRequest>, predicting: PredictingRows): Promise<object> {
  const { raw, query } = request;
  const { reader, bytes } = predicting;
  const given = await givenRows(request, predicting);
  bytes.hold(raw, given.length * reader.columns.reduce((sum, column) => sum + column.bytes, 0));
  const rows = await Promise.all(given.map(async (row) => ('cells' in row ? reader.read(row) : row)));
  const outputs = await answer(rows, predicting);
  const all = { count: rows.length, outputs: joined(outputs) };
  const predictions = rowPredictions(predicting.model, all, Number(query.top ?? DEFAULT_TOP));
  observe(rows, outputs, predictions, predicting);
  const words = query.explain === 'words' ? await explain(given, predictions, outputs, predicting) : undefined;
  const answers = predictions.map((prediction, row) => ({
    ...rowAnswer(predicting.model, prediction),
    ...(words ? { words: words[row] } : {}),
  }));
  return { predictions: answers, ...thresholdsIn(predicting.model), ...warningsOf(rows) };
}

/** Of a table, JSON or an image file. */
async function givenRows(
  { body, headers }: FastifyRequest<PredictRequest>,
  { reader, model }: PredictingRows,
): Promise<(GivenRow | ReadRow)[]> {
  if (!Buffer.isBuffer(body)) return rowsOfJson(body, reader.columns);
  const type = headers['content-type'] ?? '';
  if (type.split(';', 1)[0].trim().toLowerCase() === CSV_TYPE) return rowsOfCsv(body);
  if (!isOneImage(reader.columns)) throw invalidRequest('the request has no rows', `send them as ${CSV_TYPE} or JSON`);
  const { shape, background = WHITE } = model.inputs[0].column as ImageColumn;
  const [height, width, channels] = shape;
  return [{ values: [await imageOf(body, type, { height, width, channels, background })], remarks: [] }];
}

function answer(rows: readonly ReadRow[], { batcher }: PredictingRows): Promise<Float32Array[]> {
  return Promise.all(rows.map(({ values }) => batcher.submit(values)));
}

function observe(
  rows: readonly ReadRow[],
  outputs: readonly Float32Array[],
  told: readonly RowPrediction[],
  { drift, watched, predictions, model }: PredictingRows,
): void {
  rows.forEach(({ values }, row) => {
    for (const name of namesOf(told[row], model)) predictions.inc({ class: name });
    const observed = { inputs: values, outputs: outputs[row] };
    drift?.observe(Object.fromEntries(watched.map(({ name, of }) => [name, of(observed)])));
  });
}

/** What is counted of a prediction: its class, its labels; of numbers, the target. */
function namesOf(prediction: RowPrediction, { target }: TableModel): string[] {
  if ('top' in prediction) return [prediction.top[0].class];
  return 'labels' in prediction ? prediction.labels.map((label) => label.class) : [target.column.name];
}

interface WordEffect {
  word: string;
  effect: number;
}

/** What each word of each text adds to the probability of the class that is predicted, or to the first number. */
async function explain(
  given: readonly (GivenRow | ReadRow)[],
  predictions: readonly RowPrediction[],
  outputs: readonly Float32Array[],
  predicting: PredictingRows,
): Promise<WordEffect[][]> {
  const { reader } = predicting;
  const [{ name }] = reader.columns;
  const textOf = (row: GivenRow | ReadRow): string => ('cells' in row ? textIn(row.cells.get(name)) : '');
  const occluded = given.map((row) => occludedText(textOf(row)));
  const count = occluded.reduce((sum, { words }) => sum + words.length, 0);
  if (count > MOST_WORDS) throw tooManyWords(count);
  return Promise.all(
    occluded.map(async ({ words, texts }, index) => {
      const others = texts.slice(1).map((text) => reader.read(inJson(new Map([[name, text]]), 'text')));
      const answers = await answer(await Promise.all(others), predicting);
      const valueOf = valueToExplain(predictions[index], predicting.model);
      const effects = wordEffects([outputs[index], ...answers].map(valueOf));
      return words.map((word, at) => ({ word, effect: effects[at] }));
    }),
  );
}

/** As it was read. */
function textIn(cell: Cell | undefined): string {
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : '';
}

function valueToExplain(prediction: RowPrediction, model: TableModel): (outputs: Float32Array) => number {
  const { column, scale } = model.target;
  if (!readsText(model)) return (outputs) => inOwnUnit(outputs, scale)[0];
  const told = column.classes.indexOf('top' in prediction ? prediction.top[0].class : '');
  return (outputs) => (column.type === 'binary' ? ofBoth(outputs) : outputs)[told];
}

function tooManyWords(count: number): UserError {
  return new UserError(`what each of ${count.toLocaleString('en')} words adds takes as many answers`, {
    code: 'too-many-rows',
    hint: `explain at most ${MOST_WORDS} words at once`,
  });
}

async function exampleOf(predicting: PredictingRows): Promise<RowExample> {
  const { reader, model } = predicting;
  const cells = reader.columns.map(async ({ name, example }) => [name, await example()] as const);
  const row = Object.fromEntries(await Promise.all(cells));
  const outputs = await answer([await reader.read(inJson(new Map(Object.entries(row)), 'rows[0]'))], predicting);
  const [prediction] = rowPredictions(model, { count: 1, outputs: outputs[0] }, DEFAULT_TOP);
  return { body: { rows: [row] }, answer: { predictions: [rowAnswer(model, prediction)], ...thresholdsIn(model) } };
}

/** Above which value it is taken for yes: of a binary target, or of each label. */
export function thresholdsIn({ target }: TableModel): { thresholds?: Record<string, number> } {
  const { column } = target;
  if (column.type !== 'binary' && column.type !== 'multi_label') return {};
  const names = column.type === 'binary' ? [column.classes[1]] : column.classes;
  const thresholds = thresholdsOf(target);
  return { thresholds: Object.fromEntries(names.map((name, index) => [name, thresholds[index]])) };
}

function warningsOf(rows: readonly ReadRow[]): { warnings?: string[] } {
  const all = [...new Set(rows.flatMap(({ remarks }) => remarks))];
  if (all.length === 0) return {};
  const more = all.length - MOST_WARNINGS;
  return { warnings: more > 0 ? [...all.slice(0, MOST_WARNINGS), `${more} more`] : all };
}

function joined(outputs: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(outputs.length * outputs[0].length);
  outputs.forEach((row, index) => {
    all.set(row, index * row.length);
  });
  return all;
}
