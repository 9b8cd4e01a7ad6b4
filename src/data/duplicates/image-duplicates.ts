import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { shortDigest } from '../digest.js';
import type { Bytes } from '../../tensorflow/bytes.js';
import type { TaskOptions } from '../dataset.js';
import {
  type ImageShape,
  coarseOf,
  correlation,
  mayCorrelate,
  perceptualHash,
  thumbnailOf,
} from './perceptual-hash.js';

/** Images in the order of their dataset. */
export interface Images {
  count: number;
  pixels: Bytes;
  shape: ImageShape;
}

/** An image for the test that there is, or almost, for training too. */
export interface DuplicatePair {
  /** Positions in their sets. */
  test: number;
  train: number;
}

/** Images that are in two sets. */
export interface Duplicates {
  /** Pixel by pixel; of each test image the first of training. */
  exact: DuplicatePair[];
  /** The others that look the same, of each test image the most alike. */
  near: DuplicatePair[];
}

/** Hashes of near-duplicates differ in at most so many of 64 bits, and their grays are correlated at least so much. */
const MOST_BITS = 7;
const LEAST_CORRELATION = 0.992;
/** Images between which others get their turn. */
const AT_ONCE = 256;

/**
 * Finds test images that are among the training images: the same pixels by their digest, and those that look the same, by
 * their perceptual hash, checked by their grays.
 */
export async function findDuplicates(train: Images, test: Images, options: TaskOptions = {}): Promise<Duplicates> {
  const total = train.count + test.count;
  const index = new HashIndex();
  const coarse: Float32Array[] = [];
  const exactly = new Map<string, number>();
  await forEachImage(train, { ...options, before: 0, total }, (pixels, at) => {
    const digest = shortDigest(pixels);
    if (!exactly.has(digest)) exactly.set(digest, at);
    const thumbnail = thumbnailOf(pixels, train.shape);
    index.add(perceptualHash(thumbnail), at);
    coarse.push(coarseOf(thumbnail));
  });
  const found: Duplicates = { exact: [], near: [] };
  await forEachImage(test, { ...options, before: train.count, total }, (pixels, at) => {
    const same = exactly.get(shortDigest(pixels));
    if (same !== undefined) found.exact.push({ test: at, train: same });
    else {
      const near = nearest(pixels, { train, test, index, coarse });
      if (near !== undefined) found.near.push({ test: at, train: near });
    }
  });
  return found;
}

type Action = (pixels: Uint8Array, at: number) => void;

async function forEachImage(
  { count, pixels, shape: [height, width, channels] }: Images,
  { before, total, onProgress, signal }: TaskOptions & { before: number; total: number },
  action: Action,
): Promise<void> {
  const size = height * width * channels;
  for (let at = 0; at < count; at++) {
    action(pixels.subarray(at * size, (at + 1) * size), at);
    if (at % AT_ONCE !== AT_ONCE - 1 && at + 1 < count) continue;
    onProgress?.({ step: 'read', subject: 'duplicates', done: before + at + 1, total, unit: 'images' });
    await yieldToOthers();
    signal?.throwIfAborted();
  }
}

function nearest(
  pixels: Uint8Array,
  { train, test, index, coarse }: { train: Images; test: Images; index: HashIndex; coarse: readonly Float32Array[] },
): number | undefined {
  const thumbnail = thumbnailOf(pixels, test.shape);
  const own = coarseOf(thumbnail);
  const [height, width, channels] = train.shape;
  const size = height * width * channels;
  let best: { at: number; alike: number } | undefined;
  for (const at of index.near(perceptualHash(thumbnail))) {
    if (!mayCorrelate(own, coarse[at], LEAST_CORRELATION)) continue;
    const other = thumbnailOf(train.pixels.subarray(at * size, (at + 1) * size), train.shape);
    const alike = correlation(thumbnail, other);
    if (alike >= LEAST_CORRELATION && alike > (best?.alike ?? 0)) best = { at, alike };
  }
  return best?.at;
}

/**
 * Hashes that are found again when few of their bits differ: of a hash's eight bytes one is the same if at most seven bits
 * are not.
 */
class HashIndex {
  readonly #hashes: [number, number][] = [];
  readonly #positions: number[] = [];
  readonly #parts = Array.from({ length: 8 }, () => new Map<number, number[]>());

  add(hash: [number, number], position: number): void {
    const entry = this.#hashes.push(hash) - 1;
    this.#positions.push(position);
    for (const [part, key] of keysOf(hash).entries()) {
      const entries = this.#parts[part].get(key);
      if (entries) entries.push(entry);
      else this.#parts[part].set(key, [entry]);
    }
  }

  /** Positions of what differs in few bits. */
  near([high, low]: [number, number]): Set<number> {
    const found = new Set<number>();
    for (const [part, key] of keysOf([high, low]).entries()) {
      for (const entry of this.#parts[part].get(key) ?? []) {
        const [otherHigh, otherLow] = this.#hashes[entry];
        if (bitsOf(high ^ otherHigh) + bitsOf(low ^ otherLow) <= MOST_BITS) found.add(this.#positions[entry]);
      }
    }
    return found;
  }
}

function keysOf([high, low]: [number, number]): number[] {
  return [high, low].flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);
}

/** How many bits of a number are set. */
function bitsOf(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
