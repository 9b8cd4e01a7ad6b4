import { createHash } from 'node:crypto';

/**
 * A deterministic source of random numbers: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), period 2^128 − 1.
 */
export class RandomStream {
  readonly #state: Uint32Array;

  /** @param state four 32-bit words, not all zero */
  constructor(state: Uint32Array) {
    this.#state = Uint32Array.from(state);
  }

  /** A uniform integer in [0, 2^32). */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** A uniform number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  /** A standard normal number (mean 0, variance 1), by the polar method of Marsaglia and Bray (1964). */
  normal(): number {
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  /**
   * A uniform integer in [0, bound), without the bias of a modulo (Lemire, "Fast random integer generation in an
   * interval", 2019, here by rejection).
   * @param bound an integer in [1, 2^32]
   */
  below(bound: number): number {
    const limit = 0x100000000 - (0x100000000 % bound);
    for (;;) {
      const draw = this.uint32();
      if (draw < limit) return draw % bound;
    }
  }

  /** Shuffles in place: Fisher and Yates (Durstenfeld, 1964); every order is equally likely. */
  shuffle<T extends Int32Array | unknown[]>(values: T): T {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [values[last], values[other]] = [values[other], values[last]];
    }
    return values;
  }
}

/**
 * The stream of a seed that has this name. Every random draw of a run comes from such a stream, so that a new use of
 * chance (a layer, an augmentation) leaves the draws of all others as they were.
 * @param seed the run's seed
 * @param name what it is for: `weights/conv2d/kernel`, `shuffle/epoch-3`
 */
export function randomStream(seed: number, name: string): RandomStream {
  return new RandomStream(digestWords(seed, name).subarray(0, 4));
}

/** A 31-bit seed for a native generator (TensorFlow's stateless random ops), of the same naming scheme. */
export function nativeSeed(seed: number, name: string): number {
  return digestWords(seed, name)[4] & 0x7fffffff;
}

/** The sources of chance in a run, each with a key under `training.seeds`. */
export const CHANCE_SOURCES = ['split', 'initialization', 'order', 'augmentation', 'dropout'] as const;
export type ChanceSource = (typeof CHANCE_SOURCES)[number];
/** What each source of chance is seeded by. */
export type SourceSeeds = Record<ChanceSource, number>;

/**
 * The seed of each source of chance: its own where it is given one, else the run's.
 * @param training `seeds` is absent in configurations of before it came
 */
export function sourceSeeds({
  seed,
  seeds,
}: {
  seed: number;
  seeds?: Partial<Record<ChanceSource, number | null>> | null;
}): SourceSeeds {
  const own = CHANCE_SOURCES.map((source) => [source, seeds?.[source] ?? seed] as const);
  return Object.fromEntries(own) as SourceSeeds;
}

function digestWords(seed: number, name: string): Uint32Array {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest();
  return Uint32Array.from({ length: 8 }, (_, word) => digest.readUInt32LE(4 * word));
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
