import * as tf from '@tensorflow/tfjs';
import { FULL_SCALE, HEADER } from './audio-column.js';

/**
 * What the model is given of recordings, in a program: a part of those that are longer, those that are shorter in the
 * middle of silence.
 * @param rows float32 [batch, width], as they are resident (see `AudioColumn`); or what was made of them already
 * @param samples that the model is given
 * @param draws of each recording where its part begins: float32 [batch], from 0, its earliest, to 1; the middle unless given
 * @returns float32 [batch, samples], full scale is −1 to 1
 */
export function windowsOf(rows: tf.Tensor, samples: number, draws?: tf.Tensor): tf.Tensor {
  const width = rows.shape[1] ?? 0;
  if (width === samples) return tf.mul(rows, 1 / FULL_SCALE);
  const lengths = lengthsOf(rows);
  const room = tf.sub(lengths, tf.scalar(samples, 'int32'));
  const middle = tf.floorDiv(room, tf.scalar(2, 'int32'));
  // Whole numbers, of which floating point holds but 24 bits.
  const places = tf.add(draws ? drawnFirst(draws, room, middle) : middle, tf.range(0, samples, 1, 'int32'));
  const isSound = tf.logicalAnd(tf.greaterEqual(places, tf.scalar(0, 'int32')), tf.less(places, lengths));
  const inside = tf.cast(tf.clipByValue(tf.add(places, tf.scalar(HEADER, 'int32')), 0, width - 1), 'int32');
  const taken = tf.gather(rows, inside, 1, 1);
  return tf.mul(tf.mul(taken, tf.cast(isSound, 'float32')), 1 / FULL_SCALE);
}

/** Of each recording, as its row begins: int32 [batch, 1]. */
function lengthsOf(rows: tf.Tensor): tf.Tensor {
  const header = tf.cast(tf.slice(rows, [0, 0], [rows.shape[0], HEADER]), 'int32');
  const [low, high] = tf.split(header, HEADER, 1);
  const carry = tf.add(high, tf.cast(tf.less(low, tf.scalar(0, 'int32')), 'int32'));
  return tf.add(low, tf.mul(carry, tf.scalar(2 * FULL_SCALE, 'int32')));
}

/** Where the part begins: of shorter recordings in the middle, whatever is drawn. int32 [batch, 1] */
function drawnFirst(draws: tf.Tensor, room: tf.Tensor, middle: tf.Tensor): tf.Tensor {
  const places = tf.add(tf.cast(room, 'float32'), 1);
  const drawn = tf.cast(tf.floor(tf.mul(tf.expandDims(draws, 1), places)), 'int32');
  return tf.where(tf.less(room, tf.scalar(0, 'int32')), middle, tf.minimum(drawn, room));
}
