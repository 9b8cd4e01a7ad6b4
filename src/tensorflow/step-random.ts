import * as tf from '@tensorflow/tfjs';
import { type ChanceSource, nativeSeed, type SourceSeeds } from '../random.js';
import type { RandomSource, RandomStreams } from './random-source.js';
import type { Runtime } from './runtime.js';

/**
 * The random draws within a training step: dropout, augmentation. Each use has a named stream; what it draws depends on
 * the seed of its source of chance, the stream's name and the number of the step alone, so that a run resumed at any step draws the same.
 * The seeds are an input of the traced step, which therefore serves every seed.
 */
export class StepRandom implements RandomStreams {
  readonly #names: string[] = [];
  #current: { seeds: tf.Tensor; step: tf.Tensor } | undefined;

  constructor(readonly runtime: Runtime) {}

  stream(name: string): RandomSource {
    if (this.#names.includes(name)) throw new Error(`internal: random stream "${name}" is declared twice`);
    const index = this.#names.push(name) - 1;
    return {
      uniform: (shape) => this.runtime.randomUniform(shape, this.#key(index)),
      normal: (shape) => this.runtime.randomNormal(shape, this.#key(index)),
    };
  }

  /**
   * The seeds of all streams declared, in the order of their declaration: int32 [streams], at least one. A stream belongs
   * to the source of chance that its name begins with.
   */
  seeds(seeds: Pick<SourceSeeds, 'augmentation' | 'dropout'>): Int32Array {
    const names = this.#names.length > 0 ? this.#names : ['dropout/unused'];
    return Int32Array.from(names, (name) => nativeSeed(seeds[sourceOf(name)], name));
  }

  /**
   * Runs `body` (one step) with its draws keyed by these.
   * @param seeds int32 [streams]
   * @param step the run's global step, int32 scalar
   */
  during<T>(seeds: tf.Tensor, step: tf.Tensor, body: () => T): T {
    this.#current = { seeds, step };
    try {
      return body();
    } finally {
      this.#current = undefined;
    }
  }

  #key(index: number): tf.Tensor {
    if (!this.#current) throw new Error('internal: a random number was drawn outside of a training step');
    const { seeds, step } = this.#current;
    return tf.tidy(() => tf.concat([tf.slice(seeds, [index], [1]), tf.reshape(step, [1])]));
  }
}

function sourceOf(stream: string): Extract<ChanceSource, 'augmentation' | 'dropout'> {
  const [source] = stream.split('/');
  if (source === 'augmentation' || source === 'dropout') return source;
  throw new Error(`internal: random stream "${stream}" belongs to no source of chance`);
}
