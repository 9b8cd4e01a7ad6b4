import { setTimeout as sleep } from 'node:timers/promises';
import type { UserError } from '../text/errors.js';
import type { Deliverable } from './deliverable.js';
import type { MlflowClient } from './mlflow/client.js';
import { MlflowError } from './mlflow/errors.js';
import { asUserError, type FollowEnd } from './follow-end.js';
import { RunDelivery, type DeliveryOptions } from './run-delivery.js';
import { countPending, drainPatiently, retryDelay } from './sync.js';

export interface FollowOptions extends Pick<DeliveryOptions, 'adopted'> {
  /** Called when the server can't be reached, and when it can again: a line for the user. */
  onMessage?: (message: string) => void;
}

/** Often enough to look live, seldom enough to take no time from a training on the same machine. */
const POLL_MILLISECONDS = 1000;
/** One failure in between is no news: a connection that the server has just closed, say. */
const FAILURES_TO_REPORT = 2;

/**
 * Delivers a run while it is in progress, in the background of this process; the training in another one only appends to the
 * journal and never waits. Nothing that happens to the server is an error here.
 */
export class Follower {
  readonly #delivery: RunDelivery;
  readonly #onMessage: (message: string) => void;
  readonly #ending = new AbortController();
  readonly #following: Promise<void>;
  #broken: UserError | undefined;

  constructor(run: Deliverable, client: MlflowClient, { onMessage = () => undefined, adopted }: FollowOptions = {}) {
    this.#delivery = new RunDelivery(run, client, { adopted });
    this.#onMessage = onMessage;
    this.#following = this.#follow();
  }

  /**
   * Delivers what the run, which has ended, has left.
   * @param patience milliseconds without any progress after which a server that can't be reached is given up
   */
  async finish(patience = 10_000): Promise<FollowEnd> {
    this.#ending.abort();
    await this.#following;
    try {
      if (this.#broken) throw this.#broken;
      return { delivered: await drainPatiently(this.#delivery, { patience }) };
    } catch (error) {
      const { run, client } = this.#delivery;
      return { pendingPoints: countPending(run, client.uri), error: asUserError(error) };
    }
  }

  async #follow(): Promise<void> {
    let isAway = false;
    while (!this.#ending.signal.aborted && !this.#broken) {
      const error = await this.#drain();
      const { failuresInARow, uri } = this.#delivery.client;
      if (isAway && !error) this.#onMessage(`MLflow at ${uri} is back`);
      if (!isAway && error && failuresInARow >= FAILURES_TO_REPORT) this.#report(error);
      isAway = error !== undefined && (isAway || failuresInARow >= FAILURES_TO_REPORT);
      const delay = error ? retryDelay(failuresInARow, error) : POLL_MILLISECONDS;
      await sleep(delay, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    }
  }

  /** @returns the error when the same may succeed later */
  async #drain(): Promise<MlflowError | undefined> {
    try {
      await this.#delivery.drain();
      return undefined;
    } catch (error) {
      if (error instanceof MlflowError && error.retryable) return error;
      this.#broken = asUserError(error);
      this.#report(this.#broken);
      return undefined;
    }
  }

  #report(error: UserError): void {
    this.#onMessage(`${error.message}; training continues, and the journal keeps everything for later`);
  }
}
