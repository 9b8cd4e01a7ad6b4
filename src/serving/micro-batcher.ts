import { UserError } from '../text/errors.js';

/** How a batcher is set up. */
export interface MicroBatcherOptions<Item, Result> {
  /** Answers several items at once, in their order. Called for one batch at a time. */
  process: (batch: Item[]) => Promise<Result[]>;
  largestBatch: number;
  /** How many items may wait. */
  queueLimit: number;
  /** Told of every batch. */
  onBatch?: (size: number) => void;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers concurrent requests into batches: what comes while a batch is under way is the next batch. A request that finds
 * nothing under way is not kept waiting for others: batches grow with the load, and by it alone.
 */
export class MicroBatcher<Item, Result> {
  readonly #options: MicroBatcherOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #isRunning = false;

  constructor(options: MicroBatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /** How many items wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * The answer to one item.
   * @throws UserError `overloaded`; what `process` throws for the item's batch
   */
  submit(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.#options.queueLimit) {
      return Promise.reject(
        new UserError(`${this.#waiting.length} requests are waiting already`, {
          code: 'overloaded',
          hint: 'try again in a moment',
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      // After the other requests that have arrived in this same turn of the event loop.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#options.largestBatch);
      this.#waiting = this.#waiting.slice(this.#options.largestBatch);
      this.#options.onBatch?.(batch.length);
      await this.#answer(batch);
    }
    this.#isRunning = false;
  }

  async #answer(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.process(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index]);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
