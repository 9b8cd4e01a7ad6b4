import { rowValueName } from '../../inference/row-answers.js';
import type { TableModel } from '../../inference/table-model.js';
import { MOST_ROWS } from './request-rows.js';
import type { ServedColumn } from './row-reader.js';
import { BYTE_TYPES, CSV_TYPE, PREDICT_ERRORS, bodies, predictionSchema } from '../schemas.js';

/** A request and what the model has answered. */
export interface RowExample {
  body: object;
  answer: object;
}

/** The types of bodies that are read as bytes: a table; of a model of one image, all that a model of images takes. */
export function byteTypesOf(columns: readonly ServedColumn[]): string[] {
  return [CSV_TYPE, ...(isOneImage(columns) ? BYTE_TYPES : [])];
}

/** Whether a request may be an image file. */
export function isOneImage([first, ...others]: readonly ServedColumn[]): boolean {
  return first.type === 'image' && others.length === 0;
}

/** Of `POST /predict` of a model of rows: what it checks is little, since `RowReader` tells rows, columns and nearest names. */
export function predictRowsSchema(model: TableModel, columns: readonly ServedColumn[], example: RowExample): object {
  const types = byteTypesOf(columns);
  const canExplain = columns.length === 1 && columns[0].type === 'text';
  const top = { type: 'string', pattern: '^[1-9][0-9]{0,5}$', description: 'how many classes to name' };
  const explain = { type: 'string', enum: ['words'], description: 'tell what each word of each text adds' };
  return {
    summary: `Predict ${model.target.column.name}`,
    description: `JSON with \`rows\`; a table as ${CSV_TYPE}, whose first line names the columns; or what MLflow's servers take: \`dataframe_records\`, \`dataframe_split\`.`,
    querystring: {
      type: 'object',
      properties: { top, ...(canExplain ? { explain } : {}) },
      additionalProperties: false,
    },
    body: bodies({}, Object.fromEntries(types.map((type) => [type, {}]))),
    response: { 200: { ...answerSchema(model), examples: [example.answer] }, ...PREDICT_ERRORS },
  };
}

/** Likewise as it is documented: with the model's own columns. */
export function documentedRowsSchema(model: TableModel, columns: readonly ServedColumn[], example: RowExample): object {
  const properties = Object.fromEntries(columns.map(({ name, schema }) => [name, schema]));
  const required = columns.filter(({ schema }) => !('nullable' in schema)).map(({ name }) => name);
  const row = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  const rows = { type: 'array', items: row, minItems: 1, maxItems: MOST_ROWS };
  const isText = columns.length === 1 && columns[0].type === 'text';
  const texts = { ...rows, description: 'the texts alone', items: columns[0].schema };
  const json = {
    type: 'object',
    properties: { rows, ...(isText ? { texts } : {}) },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    examples: [example.body],
  };
  const table = { type: 'string', description: `a line of names: ${columns.map(({ name }) => name).join(', ')}` };
  const others = byteTypesOf(columns).map((type) => [
    type,
    type === CSV_TYPE ? table : { type: 'string', format: 'binary' },
  ]);
  return {
    ...predictRowsSchema(model, columns, example),
    body: bodies(json, Object.fromEntries(others) as Record<string, object>),
  };
}

function answerSchema(model: TableModel): object {
  const numbers = { type: 'object', additionalProperties: { type: 'number' } };
  const texts = { type: 'array', items: { type: 'string' } };
  return {
    description: 'Of each row what the model says.',
    type: 'object',
    properties: {
      predictions: { type: 'array', items: { ...predictionOf(model), additionalProperties: true } },
      thresholds: { ...numbers, description: 'above which it is taken for yes' },
      warnings: { ...texts, description: 'what was answered although it is unlike the training data' },
    },
    required: ['predictions'],
  };
}

function predictionOf(model: TableModel): object {
  const { type, columns } = model.target.column;
  const numbers = { type: 'object', additionalProperties: { type: 'number' } };
  if (type === 'number') {
    const description = 'In the unit of the training data.';
    const properties = columns ? { values: numbers } : { value: { type: 'number' } };
    return { type: 'object', description, properties, required: Object.keys(properties) };
  }
  if (type === 'multi_label') {
    const properties = { labels: { type: 'array', items: { type: 'string' } }, probabilities: numbers };
    return { type: 'object', description: 'The labels that apply.', properties, required: ['labels'] };
  }
  return predictionSchema(rowValueName(model));
}
