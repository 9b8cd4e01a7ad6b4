import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RunProgress } from '../../run-events.js';
import { decode, encode } from '../encoding.js';
import { KEPT_SECONDS } from './queue.js';

/** Longer than any run has events worth keeping; the oldest go first. */
const MOST_EVENTS = 100_000;
/** A view of what goes on doesn't need more. */
const PROGRESS_MILLISECONDS = 1000;
/** How soon the events of one more trial are listened to. */
const BLOCK_MILLISECONDS = 250;

/** Appends what a run tells to its trial's stream, whole but for the many reports between two epochs. */
export class EventWriter {
  readonly #redis: Redis;
  readonly #key: string;
  #lastProgress = 0;
  #written: Promise<unknown> = Promise.resolve();

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  write(progress: RunProgress): void {
    if (progress.type === 'progress' || progress.type === 'data-progress') {
      const now = performance.now();
      if (now - this.#lastProgress < PROGRESS_MILLISECONDS) return;
      this.#lastProgress = now;
    }
    const appended = this.#redis
      .pipeline()
      .xadd(this.#key, 'MAXLEN', '~', MOST_EVENTS, '*', 'event', encode(progress))
      .expire(this.#key, KEPT_SECONDS)
      .exec();
    // What a broken connection loses is for the end of the trial to say.
    this.#written = Promise.all([this.#written, appended]).catch(() => undefined);
  }

  /** Resolves when all is written. */
  async flush(): Promise<void> {
    await this.#written;
  }
}

interface Listening {
  /** The last entry that was told. */
  position: string;
  tell: (progress: RunProgress) => void;
}

type Entry = [id: string, fields: string[]];

/** Reads the streams of all trials under way, each from its beginning. */
export class EventReader {
  readonly #redis: Redis;
  readonly #listening = new Map<string, Listening>();
  #closed = false;

  /** @param redis a connection of its own, which blocks */
  constructor(redis: Redis) {
    this.#redis = redis;
    // A server that is away comes back, and what it had to tell with it.
    redis.on('error', () => undefined);
    void this.#read();
  }

  listen(key: string, tell: (progress: RunProgress) => void): void {
    this.#listening.set(key, { position: '0-0', tell });
  }

  /** Tells the rest of a stream. @param redis a connection that doesn't block */
  async finish(redis: Redis, key: string): Promise<void> {
    const listening = this.#listening.get(key);
    if (listening) this.#tell(key, await redis.xrange(key, `(${listening.position}`, '+'));
    this.#listening.delete(key);
  }

  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
  }

  async #read(): Promise<void> {
    while (!this.#closed) {
      const streams = [...this.#listening];
      if (streams.length === 0) {
        await sleep(BLOCK_MILLISECONDS / 10, undefined, { ref: false });
        continue;
      }
      const keys = streams.map(([key]) => key);
      const positions = streams.map(([, { position }]) => position);
      const answers = await this.#redis
        .xread('COUNT', 1000, 'BLOCK', BLOCK_MILLISECONDS, 'STREAMS', ...keys, ...positions)
        .catch(() => sleep(BLOCK_MILLISECONDS).then(() => null));
      for (const [key, entries] of (answers ?? []) as [string, Entry[]][]) this.#tell(key, entries);
    }
  }

  #tell(key: string, entries: readonly Entry[]): void {
    const listening = this.#listening.get(key);
    if (!listening) return;
    for (const [id, [, event]] of entries) {
      if (!isAfter(id, listening.position)) continue;
      listening.position = id;
      listening.tell(decode(event) as RunProgress);
    }
  }
}

/** Orders the ids of a stream's entries: `milliseconds-number`. */
function isAfter(id: string, other: string): boolean {
  const [time, number] = id.split('-').map(Number);
  const [otherTime, otherNumber] = other.split('-').map(Number);
  return time > otherTime || (time === otherTime && number > otherNumber);
}
