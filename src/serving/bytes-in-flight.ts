import type { IncomingMessage, ServerResponse } from 'node:http';
import { UserError } from '../text/errors.js';

/** Beyond this much held at once, what it leaves behind is given back when nothing is held any more. */
const BURST = 32 * 2 ** 20;

/** What requests may hold together, from the first byte of a body until its answer is gone. */
export class BytesInFlight {
  readonly #limit: number;
  readonly #held = new Map<IncomingMessage, number>();
  readonly #work = new WeakMap<IncomingMessage, Promise<unknown>>();
  readonly #afterBurst: () => void;
  #total = 0;
  #isBurst = false;

  /** @param afterBurst called when nothing is held any more after much was */
  constructor(limit: number, afterBurst: () => void) {
    this.#limit = limit;
    this.#afterBurst = afterBurst;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts what a request holds besides, until it is answered. @throws UserError `overloaded` if there is no room */
  hold(request: IncomingMessage, bytes: number): void {
    if (this.#total + bytes > this.#limit) {
      throw new UserError('other requests take all the memory there is for them', {
        code: 'overloaded',
        hint: 'try again in a moment',
      });
    }
    this.#total += bytes;
    this.#isBurst ||= this.#total > BURST;
    this.#held.set(request, (this.#held.get(request) ?? 0) + bytes);
  }

  /** Waits for work on a request's bytes even when whoever asked has gone. */
  during<T>(request: IncomingMessage, work: Promise<T>): Promise<T> {
    this.#work.set(request, work);
    return work;
  }

  /** Gives a request's bytes back when it is answered, or its connection has ended, and no work needs them any more. */
  releaseAfter(request: IncomingMessage, response: ServerResponse): void {
    const release = (): void => {
      this.#total -= this.#held.get(request) ?? 0;
      this.#held.delete(request);
      if (this.#total > 0 || !this.#isBurst) return;
      this.#isBurst = false;
      this.#afterBurst();
    };
    response.once('close', () => {
      (this.#work.get(request) ?? Promise.resolve()).then(release, release);
    });
  }
}
