import * as tf from '@tensorflow/tfjs';
import type { Entry } from './entries.js';

/** Pixels of one axis in each image: start ≤ pixel < end; whole numbers, float32 [batch]. */
export interface Interval {
  start: tf.Tensor;
  end: tf.Tensor;
}

/**
 * An interval about a pixel drawn from the whole axis; it may reach beyond the edge.
 * @param uniform a draw from [0, 1) for each image
 * @param size pixels
 */
export function intervalAbout(uniform: tf.Tensor, size: Entry, length: number): Interval {
  const centre = tf.floor(tf.mul(uniform, length));
  const start = tf.sub(centre, tf.floor(tf.mul(size, 0.5)));
  return { start, end: tf.add(start, size) };
}

/** How many of its pixels lie on an axis of this length: float32 [batch]. */
export function visibleSize({ start, end }: Interval, length: number): tf.Tensor {
  return tf.sub(tf.clipByValue(end, 0, length), tf.clipByValue(start, 0, length));
}

/** 1 inside of the rectangles, 0 outside: float32 [batch, height, width, 1]. */
export function boxMask(rows: Interval, columns: Interval, height: number, width: number): tf.Tensor {
  const vertical = tf.reshape(intervalMask(rows, height), [-1, height, 1, 1]);
  const horizontal = tf.reshape(intervalMask(columns, width), [-1, 1, width, 1]);
  return tf.mul(vertical, horizontal);
}

/** float32 [batch, length] */
function intervalMask({ start, end }: Interval, length: number): tf.Tensor {
  const pixels = tf.range(0, length);
  const isAfterStart = tf.greaterEqual(pixels, tf.expandDims(start, 1));
  return tf.cast(tf.logicalAnd(isAfterStart, tf.less(pixels, tf.expandDims(end, 1))), 'float32');
}
