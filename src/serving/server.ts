import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type FastifyInstance, fastify } from 'fastify';
import type { TrainedModel } from '../inference/trained-model.js';
import { VERSION } from '../version.js';
import type { DriftMonitor } from './drift.js';
import { answerErrors } from './errors.js';
import { createMetrics } from './metrics.js';
import { MicroBatcher } from './micro-batcher.js';
import { addModelFiles } from './model-files.js';
import { addPage } from './page.js';
import { closePort } from './port.js';
import { addPredictRoute } from './predict-route.js';
import { LARGEST_BATCH, type PredictionService } from './prediction-service.js';
import { IMAGE_TYPES, PIXEL_TYPE, documentSchema, stateSchema } from './schemas.js';

/** Of a request's body, in bytes. */
const BODY_LIMIT = 10 * 2 ** 20;
/** A request that takes longer to arrive is given up. */
const REQUEST_TIMEOUT = 30_000;
/** Requests that may wait: about a second's work. */
const QUEUE_LIMIT = 2000;

/** What a server serves. */
export interface Serving {
  service: PredictionService;
  /** Absent where the model's own data can't be read. */
  drift: DriftMonitor | undefined;
}

export interface Server {
  app: FastifyInstance;
  /** Says that it isn't ready any more and lets connections go with their next answer; still answers everything. */
  retire: () => void;
  /** Takes nothing more; ends when all that has been taken is answered. */
  close: () => Promise<void>;
}

/** Makes the HTTP server of a model; it doesn't listen yet. */
export async function createServer({ service, drift }: Serving): Promise<Server> {
  const { model } = service;
  let isRetiring = false;
  const batcher = new MicroBatcher<Uint8Array, Float32Array>({
    process: async (images) => split(await service.predict(Buffer.concat(images)), model),
    largestBatch: LARGEST_BATCH,
    queueLimit: QUEUE_LIMIT,
    onBatch: (size) => {
      metrics.batches.observe(size);
    },
  });
  const metrics = createMetrics({ queueLength: () => batcher.length, workerRestarts: () => service.restarts, drift });
  const app = createApp();
  app.addHook('onSend', async (_request, reply) => {
    if (isRetiring) void reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requests.observe(labels, reply.elapsedTime / 1000);
  });
  answerErrors(app);
  await addDocumentation(app, model);
  addPredictRoute(app, { model, batcher, drift, predictions: metrics.predictions });
  addModelFiles(app, model);
  addPage(app);
  app.get('/health', { schema: stateSchema('Whether the server runs') }, () => ({ status: 'ok' }));
  app.get('/ready', { schema: stateSchema('Whether it takes requests') }, (_request, reply) => {
    if (service.isReady && !isRetiring) return { status: 'ready' };
    return reply.code(503).send({ status: isRetiring ? 'stopping' : 'starting' });
  });
  app.get('/drift', { schema: documentSchema('How far the latest inputs and answers lie from the own data') }, () => ({
    drift: drift?.report() ?? null,
  }));
  app.get('/metrics', { schema: { summary: 'For Prometheus' } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  const retire = (): void => {
    isRetiring = true;
  };
  const close = async (): Promise<void> => {
    await closePort(app.server);
    await app.close();
  };
  return { app, retire, close };
}

function createApp(): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    // Requests that arrive on open connections while it stops are still answered.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // What a request says must be what is meant: nothing is converted, nothing left out.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false, strictTypes: false } },
  });
  app.addContentTypeParser([...IMAGE_TYPES, PIXEL_TYPE], { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  return app;
}

async function addDocumentation(app: FastifyInstance, { name, classes }: TrainedModel): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: {
        title: name,
        version: VERSION,
        description: `Tells ${classes.length} classes apart: ${classes.join(', ')}.`,
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}

/** The probabilities of each image. */
function split(probabilities: Float32Array, { classes }: TrainedModel): Float32Array[] {
  return Array.from({ length: probabilities.length / classes.length }, (_, image) =>
    probabilities.subarray(image * classes.length, (image + 1) * classes.length),
  );
}
