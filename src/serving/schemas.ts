import { type ValueName, valueName } from '../inference/class-values.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { Example } from './images/example.js';

/** Of the requests and answers, as JSON Schema: they check requests, and make the OpenAPI page. */

/** Image files that are understood. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
/** The pixels themselves, a byte each. */
export const PIXEL_TYPE = 'application/octet-stream';
/** Pixels as numbers, or an image file in base64. */
export const JSON_TYPE = 'application/json';
/** A form with one file. */
export const MULTIPART_TYPE = 'multipart/form-data';
/** An image file of any of the formats: what curl calls the bytes that it is given without a type. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A table of separated values, for models of rows. */
export const CSV_TYPE = 'text/csv';
/** Those whose bodies are read as bytes. */
export const BYTE_TYPES = [...IMAGE_TYPES, PIXEL_TYPE, MULTIPART_TYPE, FORM_TYPE];

const ERROR = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};

const REFUSED = { code: 'invalid-json', message: 'Body is not valid JSON but content-type is set to application/json' };
const OVERLOADED = { code: 'overloaded', message: '2000 requests are waiting already', hint: 'try again in a moment' };

/** What a prediction may be answered with instead. */
export const PREDICT_ERRORS = {
  '4xx': { description: 'What is wrong with the request.', ...ERROR, examples: [{ error: REFUSED }] },
  503: { description: 'Overloaded, or not ready; try again.', ...ERROR, examples: [{ error: OVERLOADED }] },
};

/** A prediction of classes. @param name of the value that an answer has for each class */
export function predictionSchema(name: ValueName): object {
  const ranked = {
    type: 'object',
    properties: { class: { type: 'string' }, [name]: { type: 'number' } },
    required: ['class', name],
  };
  return {
    description:
      name === 'probability' ? 'The most probable class, and the next.' : 'The greatest output, and the next.',
    type: 'object',
    properties: { ...ranked.properties, top: { type: 'array', items: ranked } },
    required: [...ranked.required, 'top'],
  };
}

/** Of `POST /predict`. @param example a request and its answer */
export function predictSchema(model: TrainedModel, example: Example): object {
  return {
    summary: 'Classify an image',
    description:
      'JSON with either `pixels` or `image`; or the bytes of an image file, which must be what the content-type says; ' +
      'or raw pixels, a byte each; or a form with one file.',
    querystring: {
      type: 'object',
      properties: { top: { type: 'string', pattern: '^[1-9][0-9]{0,5}$', description: 'how many classes to name' } },
      additionalProperties: false,
    },
    // Bytes without a type, which would be checked: what the parser gives is a Buffer.
    body: bodies(jsonBody(model, example), Object.fromEntries(BYTE_TYPES.map((type) => [type, {}]))),
    response: { 200: { ...predictionSchema(valueName(model)), examples: [example.answer] }, ...PREDICT_ERRORS },
  };
}

/** Likewise as it is documented: with the types of its bytes. */
export function documentedPredictSchema(model: TrainedModel, example: Example): object {
  const { height, width, channels } = model;
  const file = { type: 'string', format: 'binary', description: 'an image file of any size' };
  const pixels = { ...file, description: `${height} × ${width} × ${channels} bytes, 0 to 255, row by row` };
  const form = { type: 'object', properties: { file }, required: ['file'] };
  return {
    ...predictSchema(model, example),
    body: bodies(jsonBody(model, example), {
      ...Object.fromEntries(IMAGE_TYPES.map((type) => [type, file])),
      [PIXEL_TYPE]: pixels,
      [MULTIPART_TYPE]: form,
      [FORM_TYPE]: { ...file, description: 'an image file of any size, as curl --data-binary sends it' },
    }),
  };
}

/** Bodies of several types: JSON of this schema, and others. */
export function bodies(json: object, others: Record<string, object>): object {
  const contents = Object.entries({ [JSON_TYPE]: json, ...others });
  return { content: Object.fromEntries(contents.map(([type, schema]) => [type, { schema }])) };
}

function jsonBody({ height, width, channels }: TrainedModel, { file }: Example): object {
  const size = height * width * channels;
  return {
    type: 'object',
    properties: {
      pixels: {
        description: `0 to 255, row by row, the channels of a pixel together: ${height} × ${width} × ${channels} numbers`,
        type: 'array',
        items: { type: 'integer', minimum: 0, maximum: 255 },
        minItems: size,
        maxItems: size,
      },
      image: {
        description: 'a PNG, JPEG or WebP file of any size, in base64',
        type: 'string',
        minLength: 4,
        pattern: '^[A-Za-z0-9+/]+={0,2}$',
      },
    },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    examples: [{ image: file.toString('base64') }],
  };
}

/** Of a route that answers a state. @param states what it may be; the first while all is well */
export function stateSchema(summary: string, states: [string, ...string[]]): object {
  const state = { type: 'object', properties: { status: { type: 'string', enum: states } }, required: ['status'] };
  const [well, ...others] = states.map((status) => ({ status }));
  const notNow = { 503: { description: 'Not now.', ...state, examples: others.slice(0, 1) } };
  return {
    summary,
    response: { 200: { description: 'Yes.', ...state, examples: [well] }, ...(others.length > 0 ? notNow : {}) },
  };
}

/** Of a route that answers a JSON document. @param example one, whose parts say what it has */
export function documentSchema(summary: string, example: object): object {
  const properties = Object.fromEntries(Object.entries(example).map(([key, value]) => [key, typeOf(value)]));
  const response = { description: 'JSON.', type: 'object', properties, required: Object.keys(properties) };
  return {
    summary,
    response: { 200: { ...response, additionalProperties: true, examples: [example] }, ...PREDICT_ERRORS },
  };
}

/** Of a route that answers text. */
export function textSchema(summary: string, type: string, example: string): object {
  const schema = { type: 'string', examples: [example] };
  return { summary, response: { 200: { description: 'Text.', content: { [type]: { schema } } } } };
}

function typeOf(value: unknown): object {
  if (Array.isArray(value)) return { type: 'array', items: typeOf(value[0]) };
  if (typeof value !== 'object') return { type: typeof value };
  return { type: 'object', additionalProperties: true, nullable: value === null };
}
