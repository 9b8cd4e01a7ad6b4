import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { valueName } from '../inference/class-values.js';
import type { TrainedModel } from '../inference/trained-model.js';
import { documentSchema } from './schemas.js';
import { sendFile } from './send-file.js';

/** What a run's test came to. */
export interface Score {
  accuracy: number;
  images: number;
}

/** Adds `/model`, which says what the model takes, and its files, which a browser loads (`tf.loadLayersModel`). */
export function addModelFiles(app: FastifyInstance, model: TrainedModel, score: Score | null): void {
  const { name, height, width, channels, classes, normalization, background, dataset } = model;
  const image = { height, width, channels };
  const description = {
    name,
    ...image,
    classes,
    values: valueName(model),
    normalization,
    background,
    dataset,
    test: score,
  };
  app.get('/model', { schema: documentSchema('What the model takes and tells', description) }, () => description);
  for (const [file, type] of [
    ['model.json', 'application/json'],
    ['weights.bin', 'application/octet-stream'],
  ]) {
    const options = { schema: { summary: `The model's ${file}, for tfjs` } };
    app.get(`/model/${file}`, options, (_request, reply) => sendFile(reply, join(model.directory, file), type));
  }
}
