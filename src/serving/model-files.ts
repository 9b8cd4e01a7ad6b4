import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { TrainedModel } from '../inference/trained-model.js';
import { documentSchema } from './schemas.js';
import { sendFile } from './send-file.js';

/** Adds `/model`, which says what the model takes and tells. */
export function addModelDescription(app: FastifyInstance, description: object): void {
  app.get('/model', { schema: documentSchema('What the model takes and tells', description) }, () => description);
}

/** Adds its files, which a browser loads (`tf.loadLayersModel`). */
export function addModelFiles(app: FastifyInstance, model: Pick<TrainedModel, 'directory'>): void {
  for (const [file, type] of [
    ['model.json', 'application/json'],
    ['weights.bin', 'application/octet-stream'],
  ]) {
    const options = { schema: { summary: `The model's ${file}, for tfjs` } };
    app.get(`/model/${file}`, options, (_request, reply) => sendFile(reply, join(model.directory, file), type));
  }
}
