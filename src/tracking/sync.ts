import { setTimeout as sleep } from 'node:timers/promises';
import { loadCursor } from './cursor.js';
import type { Deliverable } from './deliverable.js';
import type { MlflowClient } from './mlflow/client.js';
import { MlflowError } from './mlflow/errors.js';
import { RunDelivery, type Delivered, type DeliveryOptions } from './run-delivery.js';

export interface SyncOptions extends DeliveryOptions {
  /** Milliseconds without any progress after which a server that can't be reached is given up. */
  patience?: number;
  /** Called with the reason before each wait for the server. */
  onWaiting?: (error: MlflowError) => void;
}

const DEFAULT_PATIENCE = 15_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/**
 * Brings a run or a sweep to a server: all of it, or what has come since the last time. Sending twice changes nothing.
 * @throws MlflowError when the server refuses us, or can't be reached for as long as `patience` says; what has arrived
 * by then is remembered
 */
export async function deliver(run: Deliverable, client: MlflowClient, options: SyncOptions = {}): Promise<Delivered> {
  return drainPatiently(new RunDelivery(run, client, options), options);
}

/** Drains a delivery, again after each failure that may pass, until it is through or patience ends. */
export async function drainPatiently(
  delivery: RunDelivery,
  { patience = DEFAULT_PATIENCE, onWaiting }: Omit<SyncOptions, keyof DeliveryOptions>,
): Promise<Delivered> {
  let lastProgress = Date.now();
  let failures = 0;
  for (let arrivals = delivery.arrivals; ; arrivals = delivery.arrivals) {
    try {
      return await delivery.drain();
    } catch (error) {
      if (!(error instanceof MlflowError && error.retryable)) throw error;
      if (delivery.arrivals > arrivals) [lastProgress, failures] = [Date.now(), 0];
      // Deliveries side by side have failures in a row together.
      const delay = retryDelay(Math.min(++failures, delivery.client.failuresInARow), error);
      if (Date.now() + delay > lastProgress + patience) throw error;
      onWaiting?.(error);
      await sleep(delay);
    }
  }
}

/**
 * How long to wait before the next try: twice as long after each failure (0.5 s to 30 s), between half and all of it by
 * chance, so that many clients don't come back at once; never less than the server asks for.
 * @param failures in a row, at least 1
 */
export function retryDelay(failures: number, { retryAfterMilliseconds = 0 }: MlflowError): number {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failures - 1));
  return Math.max(retryAfterMilliseconds, longest * (0.5 + Math.random() / 2));
}

/** The metric points of a run's journal that a server hasn't got yet. */
export function countPending(run: Deliverable, server: string): number {
  let points = 0;
  let offset = loadCursor(run, server)?.offset ?? 0;
  for (let chunk = run.read(offset); chunk.offset > offset; chunk = run.read(offset)) {
    for (const event of chunk.events) if (event.type === 'metrics') points += Object.keys(event.values).length;
    offset = chunk.offset;
  }
  return points;
}
