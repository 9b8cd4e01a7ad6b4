import * as tf from '@tensorflow/tfjs';
import { nativeSeed } from '../random.js';
import type { Runtime } from './runtime.js';

/**
 * The random draws within a training step: dropout, augmentation. Each use has a named stream; what it draws depends on
 * the run's seed, the stream's name and the number of the step alone, so that a run resumed at any step draws the same.
 * The seeds are an input of the traced step, which therefore serves every seed.
 */
export class StepRandom {
  readonly #names: string[] = [];
  #current: { seeds: tf.Tensor; step: tf.Tensor } | undefined;

  constructor(readonly runtime: Runtime) {}

  /** Declares a stream, before the step is traced. @param name what it is for: `dropout/dropout_1` */
  stream(name: string): RandomSource {
    if (this.#names.includes(name)) throw new Error(`internal: random stream "${name}" is declared twice`);
    const index = this.#names.push(name) - 1;
    return {
      uniform: (shape) => this.runtime.randomUniform(shape, this.#key(index)),
      normal: (shape) => this.runtime.randomNormal(shape, this.#key(index)),
    };
  }

  /** The seeds of all streams declared, in the order of their declaration: int32 [streams], at least one. */
  seeds(seed: number): Int32Array {
    const names = this.#names.length > 0 ? this.#names : ['unused'];
    return Int32Array.from(names, (name) => nativeSeed(seed, name));
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

/** A stream's draws of the present step. Drawing twice in one step gives the same numbers twice. */
export interface RandomSource {
  /** Uniform in [0, 1), float32. */
  uniform(shape: readonly number[]): tf.Tensor;
  /** Standard normal, float32. */
  normal(shape: readonly number[]): tf.Tensor;
}
