import type { TrainedModel } from '../inference/trained-model.js';

/** Of the requests and answers, as JSON Schema: they check requests, and make the OpenAPI page. */

/** Image files that are understood. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'];
/** The pixels themselves, a byte each. */
export const PIXEL_TYPE = 'application/octet-stream';
/** Pixels as numbers, or an image file in base64. */
export const JSON_TYPE = 'application/json';

const error = {
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

const errors = {
  '4xx': { description: 'What is wrong with the request.', ...error },
  503: { description: 'Overloaded, or not ready; try again.', ...error },
};

const ranked = {
  type: 'object',
  properties: { class: { type: 'string' }, probability: { type: 'number' } },
  required: ['class', 'probability'],
};

const prediction = {
  description: 'The most probable class, and the next.',
  type: 'object',
  properties: { ...ranked.properties, top: { type: 'array', items: ranked } },
  required: ['class', 'probability', 'top'],
};

/** Of `POST /predict`. */
export function predictSchema({ height, width, channels, classes }: TrainedModel): object {
  const size = height * width * channels;
  // Without a type, which would be checked: what the parser gives is a Buffer.
  const binary = { schema: { format: 'binary' } };
  const json = {
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
  };
  return {
    summary: 'Classify an image',
    description: 'JSON with either `pixels` or `image`; or the bytes of an image file; or raw pixels, a byte each.',
    querystring: {
      type: 'object',
      properties: { top: { type: 'string', pattern: '^[1-9][0-9]{0,5}$', description: 'how many classes to name' } },
      additionalProperties: false,
    },
    body: {
      content: {
        [JSON_TYPE]: { schema: json },
        ...Object.fromEntries([...IMAGE_TYPES, PIXEL_TYPE].map((type) => [type, binary])),
      },
    },
    response: { 200: { ...prediction, examples: [{ class: classes[0], probability: 0.98, top: [] }] }, ...errors },
  };
}

/** Of a route that answers a state. */
export function stateSchema(summary: string): object {
  const state = { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] };
  return {
    summary,
    response: { 200: { description: 'Yes.', ...state }, 503: { description: 'Not now.', ...state } },
  };
}

/** Of a route that answers a JSON document that is described elsewhere. */
export function documentSchema(summary: string): object {
  const response = { 200: { description: 'JSON.', type: 'object', additionalProperties: true }, ...errors };
  return { summary, response };
}
