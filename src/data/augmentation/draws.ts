import * as tf from '@tensorflow/tfjs';
import type { RandomSource, RandomStreams } from '../../tensorflow/random-source.js';
import { type Entry, plus, times } from './entries.js';

/** A range of numbers that are drawn from uniformly: [lower, upper]. */
export type Range = readonly [number, number];

/** x stands for [−x, x]; the ends may come in any order. */
export function symmetricRange(factor: number | readonly [number, number]): Range {
  return typeof factor === 'number' ? [-factor, factor] : ordered(factor);
}

/** x stands for [0, x]; the ends may come in any order. */
export function positiveRange(factor: number | readonly [number, number]): Range {
  return typeof factor === 'number' ? [0, factor] : ordered(factor);
}

function ordered([a, b]: readonly [number, number]): Range {
  return [Math.min(a, b), Math.max(a, b)];
}

/** The random stream of an augmentation. @param name `rotation` */
export function augmentationStream(random: RandomStreams, name: string): RandomSource {
  return random.stream(`augmentation/${name}`);
}

/** Rows of uniform numbers in [0, 1), one number an image: rows × float32 [batch]. */
export function uniformRows(source: RandomSource, rows: number, batch: number): tf.Tensor[] {
  return tf.unstack(source.uniform([rows, batch]));
}

/** A uniform draw from the range, made of one from [0, 1). */
export function scaledTo([lower, upper]: Range, uniform: tf.Tensor): Entry {
  return plus(times(uniform, upper - lower), lower);
}

/** A uniform draw from the whole numbers lower, …, lower + count − 1, made of one from [0, 1). */
export function wholeNumber(lower: number, count: number, uniform: tf.Tensor): Entry {
  return plus(tf.floor(tf.mul(uniform, count)), lower);
}

/** 1 with the probability, else 0, made of a uniform number in [0, 1): float32. */
export function bernoulli(probability: number, uniform: tf.Tensor): Entry {
  return probability >= 1 ? 1 : tf.cast(tf.less(uniform, probability), 'float32');
}

/**
 * Draws parameters that leave an image as it is where they are 0; they are 0 in all images but a part.
 * @param draws make each parameter of a uniform number in [0, 1)
 * @param probability the part of the images that is changed
 */
export function drawOfImages(
  source: RandomSource,
  batch: number,
  draws: readonly ((uniform: tf.Tensor) => Entry)[],
  probability: number,
): Entry[] {
  const rows = uniformRows(source, draws.length + (probability < 1 ? 1 : 0), batch);
  const changed = bernoulli(probability, rows[rows.length - 1]);
  return draws.map((draw, index) => times(draw(rows[index]), changed));
}

/**
 * Draws from Beta(alpha, alpha), made of two uniform draws from [0, 1): ½ + ½ c √(1 − w) / √(w + (1 − w) c²) with
 * w = u^(1/alpha) and c = cos(2π v). It is exact: Bailey's polar method ("Polar generation of random variates with the
 * t-distribution", 1994) gives t of 2 alpha degrees of freedom, and ½ + ½ t / √(2 alpha + t²) is then Beta(alpha, alpha)
 * (Devroye, "Random variate generation in one line of code", 1996). No draw is rejected, so a graph needs no loop.
 */
export function symmetricBeta(alpha: number, u: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const w = tf.pow(u, 1 / alpha);
  const rest = tf.sub(1, w);
  const c = tf.cos(tf.mul(v, 2 * Math.PI));
  const numerator = tf.mul(c, tf.sqrt(rest));
  const denominator = tf.sqrt(tf.add(w, tf.mul(rest, tf.square(c))));
  return tf.add(tf.mul(tf.div(numerator, denominator), 0.5), 0.5);
}
