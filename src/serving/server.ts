import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type FastifyInstance, fastify } from 'fastify';
import { VERSION } from '../system/version.js';
import type { Answering, Batching, TestScore } from './answering.js';
import type { DriftMonitor } from './drift.js';
import { requireAllowedHost } from './allowed-hosts.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { collectGarbageSoon } from './collect-garbage.js';
import { answerErrors } from './errors.js';
import { type ServingMetrics, createMetrics } from './metrics.js';
import { closePort } from './port.js';
import type { AnyService } from './prediction-service.js';
import { parseBodies } from './request-body.js';
import { documentSchema, stateSchema, textSchema } from './schemas.js';

/** Of a request's body, in bytes. */
const BODY_LIMIT = 10 * 2 ** 20;
/** Milliseconds: a request that takes longer to arrive is given up. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds between two looks for such requests. */
const TIMEOUT_CHECKS = 1000;
/** Milliseconds: a connection on which nothing has moved for so long is closed. */
const IDLE_TIMEOUT = 120_000;
/** Requests that may wait: about a second's work. */
const QUEUE_LIMIT = 2000;
/** Somewhat more, so that those beyond hear why. */
const MAX_CONNECTIONS = 2500;
/** What all requests may hold together; at least what two of the largest take. */
const BYTES_IN_FLIGHT = 128 * 2 ** 20;

/** What a server serves. */
export interface Serving {
  service: Pick<AnyService, 'isReady' | 'restarts'>;
  answering: (batching: Batching) => Answering;
  /** How good the model was on its test data; null where that isn't known. */
  score: TestScore | null;
  /** Names that the server answers for, besides addresses and this machine's. */
  allowedHosts: readonly string[];
}

export interface Server {
  app: FastifyInstance;
  /** Says that it isn't ready any more and lets connections go with their next answer; still answers everything. */
  retire: () => void;
  /** Takes nothing more; ends when all that has been taken is answered. */
  close: () => Promise<void>;
}

/** Makes the HTTP server of a model; it doesn't listen yet. */
export async function createServer({ service, answering, score, allowedHosts }: Serving): Promise<Server> {
  const onBatch = (size: number): void => {
    metrics.batches.observe(size);
  };
  const answers = answering({ queueLimit: QUEUE_LIMIT, onBatch });
  const { drift, byteTypes, valueBytes, queueLength } = answers;
  const bytes = new BytesInFlight(Math.max(BYTES_IN_FLIGHT, 2 * (BODY_LIMIT + valueBytes)), collectGarbageSoon);
  let isRetiring = false;
  const metrics = createMetrics({ queueLength, workerRestarts: () => service.restarts, drift });
  const app = createApp();
  app.addHook('onSend', async (_request, reply) => {
    if (isRetiring) void reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requests.observe(labels, reply.elapsedTime / 1000);
  });
  answerErrors(app, byteTypes);
  requireAllowedHost(app, allowedHosts);
  parseBodies(app, byteTypes, BODY_LIMIT, bytes);
  await addDocumentation(app, answers);
  await answers.addRoutes(app, { bytes, metrics, score });
  addStateRoutes(app, { isReady: () => service.isReady && !isRetiring, isRetiring: () => isRetiring });
  addObservation(app, drift, metrics);
  const retire = (): void => {
    isRetiring = true;
  };
  const close = async (): Promise<void> => {
    await closePort(app.server);
    await app.close();
  };
  return { app, retire, close };
}

/** Adds what a process manager and a load balancer ask. */
function addStateRoutes(app: FastifyInstance, state: { isReady: () => boolean; isRetiring: () => boolean }): void {
  app.get('/health', { schema: stateSchema('Whether the server runs', ['ok']) }, () => ({ status: 'ok' }));
  const readiness = stateSchema('Whether it takes requests', ['ready', 'starting', 'stopping']);
  app.get('/ready', { schema: readiness }, (_request, reply) => {
    if (state.isReady()) return { status: 'ready' };
    return reply.code(503).send({ status: state.isRetiring() ? 'stopping' : 'starting' });
  });
}

/** Adds what is watched. */
function addObservation(app: FastifyInstance, drift: DriftMonitor | undefined, { registry }: ServingMetrics): void {
  const driftNow = (): object => ({ drift: drift?.report() ?? null });
  const description = documentSchema('How far the latest inputs and answers lie from the own data', driftNow());
  app.get('/drift', { schema: description }, driftNow);
  const sample = '# TYPE ablate_queue_length gauge\nablate_queue_length 0\n';
  app.get('/metrics', { schema: textSchema('For Prometheus', 'text/plain', sample) }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}

function createApp(): FastifyInstance {
  const app = fastify({
    requestTimeout: REQUEST_TIMEOUT,
    connectionTimeout: IDLE_TIMEOUT,
    http: { headersTimeout: REQUEST_TIMEOUT, connectionsCheckingInterval: TIMEOUT_CHECKS },
    // Requests that arrive on open connections while it stops are still answered.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // What a request says must be what is meant: nothing is converted, nothing left out.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false, strictTypes: false } },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  return app;
}

async function addDocumentation(app: FastifyInstance, { name, about }: Answering): Promise<void> {
  await app.register(swagger, { openapi: { info: { title: name, version: VERSION, description: about } } });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}
