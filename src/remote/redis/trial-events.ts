import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { messageOf } from '../../text/errors.js';
import type { RunProgress } from '../../protocol/events.js';
import { readOrDrop, readProgress } from '../arrivals.js';
import { encode } from '../encoding.js';
import { KEPT_SECONDS } from './queue.js';

/** Longer than any run has events worth keeping; the oldest go first. */
const MOST_EVENTS = 100_000;
/** A view of what is in progress doesn't need more. */
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
  readonly #say: (message: string) => void;
  #closed = false;

  /**
   * @param redis a connection of its own, which blocks
   * @param say told of entries that are no events
   */
  constructor(redis: Redis, say: (message: string) => void) {
    this.#say = say;
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
    const rest = listening && redis.xrange(key, `(${listening.position}`, '+');
    this.#tell(key, (await rest?.catch((error: unknown) => this.#refuse(key, error))) ?? []);
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
        .catch((error: unknown) => this.#afterTrouble(keys, error));
      for (const [key, entries] of (answers ?? []) as [string, Entry[]][]) this.#tell(key, entries);
    }
  }

  /** A server that is away is waited for; one key that is no stream mustn't keep the others from being heard. */
  async #afterTrouble(keys: readonly string[], error: unknown): Promise<null> {
    await sleep(BLOCK_MILLISECONDS);
    if (!isWrongType(error)) return null;
    for (const key of keys) {
      const type = await this.#redis.type(key).catch(() => 'none');
      if (type === 'stream' || type === 'none') continue;
      this.#refuse(key, error);
      this.#listening.delete(key);
    }
    return null;
  }

  #refuse(key: string, error: unknown): [] {
    if (!isWrongType(error)) throw error;
    this.#say(`${key} on the queue's server holds no events: it is left alone`);
    return [];
  }

  #tell(key: string, entries: readonly Entry[]): void {
    const listening = this.#listening.get(key);
    if (!listening) return;
    for (const [id, [, event]] of entries) {
      if (!isAfter(id, listening.position)) continue;
      listening.position = id;
      const progress = readOrDrop(readProgress, event, this.#say);
      if (progress) listening.tell(progress);
    }
  }
}

function isWrongType(error: unknown): boolean {
  return messageOf(error).startsWith('WRONGTYPE');
}

/** Orders the ids of a stream's entries: `milliseconds-number`. */
function isAfter(id: string, other: string): boolean {
  const [time, number] = id.split('-').map(Number);
  const [otherTime, otherNumber] = other.split('-').map(Number);
  return time > otherTime || (time === otherTime && number > otherNumber);
}
