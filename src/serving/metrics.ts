import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { DriftMonitor } from './drift.js';

/** Seconds; a prediction takes milliseconds. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCHES = [1, 2, 4, 8, 16, 32, 64];

/** What is counted while serving, under Prometheus's names. */
export interface ServingMetrics {
  registry: Registry;
  predictions: Counter<'class'>;
  requests: Histogram<'method' | 'route' | 'status'>;
  batches: Histogram;
}

/** What gauges look at when they are read. */
export interface Watched {
  queueLength: () => number;
  workerRestarts: () => number;
  drift: DriftMonitor | undefined;
}

/** Makes the metrics of one server, in a registry of its own. */
export function createMetrics({ queueLength, workerRestarts, drift }: Watched): ServingMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('ablate_queue_length', 'Images that wait for the batch under way.', queueLength);
  gauge('ablate_worker_restarts', 'How often the process that predicts has died and was started anew.', workerRestarts);
  if (drift) addDriftGauges(drift, registers);
  return {
    registry,
    predictions: new Counter({
      name: 'ablate_predictions_total',
      help: 'Images classified, by the class predicted.',
      labelNames: ['class'],
      registers,
    }),
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'From a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATIONS,
      registers,
    }),
    batches: new Histogram({
      name: 'ablate_batch_size',
      help: 'Images that were classified together.',
      buckets: BATCHES,
      registers,
    }),
  };
}

function addDriftGauges(drift: DriftMonitor, registers: Registry[]): void {
  new Gauge({
    name: 'ablate_drift_psi',
    help: "Population stability index of the latest predictions against the run's own data; NaN until enough were made.",
    labelNames: ['feature'],
    registers,
    collect() {
      for (const [feature, { psi }] of Object.entries(drift.report().features)) this.set({ feature }, psi ?? NaN);
    },
  });
}
