import type { FastifyInstance } from 'fastify';
import type { BytesInFlight } from './bytes-in-flight.js';
import type { DriftMonitor } from './drift.js';
import type { ServingMetrics } from './metrics.js';

/** What of a server hangs on what its model takes: images, or rows of a table. */
export interface Answering {
  name: string;
  /** What the model does, in a sentence. */
  about: string;
  /** The types of bodies that are read as bytes, beside JSON. */
  byteTypes: readonly string[];
  /** Bytes that are made of one request besides its body. */
  valueBytes: number;
  /** How many wait for the batch under way. */
  queueLength: () => number;
  /** Absent where the model's own data can't be read. */
  drift: DriftMonitor | undefined;
  /** Adds `POST /predict`, `/model` and the page. */
  addRoutes: (app: FastifyInstance, shared: Shared) => Promise<void>;
}

/** What the parts of a server share. */
export interface Shared {
  bytes: BytesInFlight;
  metrics: ServingMetrics;
  score: TestScore | null;
}

/** What a run's test came to. */
export interface TestScore {
  /** `accuracy`, `mean_absolute_error` … */
  metrics: Readonly<Record<string, number>>;
  /** How many images or rows were tested. */
  count: number;
}

/** How requests become batches. */
export interface Batching {
  queueLimit: number;
  onBatch: (size: number) => void;
}
