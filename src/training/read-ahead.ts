import type { Rows } from '../data/dataset.js';

/** Images read ahead of each call into the engine: enough to keep a disk busy, little of any machine's memory. */
const BYTES_PER_CALL = 2 ** 26;

/**
 * Has the images of coming steps read from disk while the steps before them run, since a step that finds an image out of
 * memory waits for it, image by image. Of images that are in memory it costs a system call each.
 */
export class ReadAhead {
  /** So many steps may be in a call that the images of two calls are no burden. */
  readonly stepsPerCall: number;
  readonly #prefetch: NonNullable<Rows['prefetch']>;
  readonly #batchSize: number;
  #order: Int32Array = new Int32Array();
  #done = 0;

  constructor(prefetch: NonNullable<Rows['prefetch']>, batch: { size: number; bytes: number }) {
    this.#prefetch = prefetch;
    this.#batchSize = batch.size;
    this.stepsPerCall = Math.max(1, Math.floor(BYTES_PER_CALL / batch.bytes));
  }

  /**
   * @param order the examples in the order of the epoch
   * @param step the first that will be taken
   */
  startEpoch(order: Int32Array, step: number): void {
    this.#order = order;
    this.#done = step * this.#batchSize;
  }

  /** Reads for a call with the steps from `step` to `to`, and for the next, as long. */
  beforeCall(step: number, to: number): void {
    const end = Math.min(this.#order.length, (2 * to - step) * this.#batchSize);
    if (end > this.#done) this.#prefetch(this.#order.subarray(this.#done, end));
    this.#done = Math.max(this.#done, end);
  }
}
