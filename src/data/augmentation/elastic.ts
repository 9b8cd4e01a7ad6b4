import * as tf from '@tensorflow/tfjs';
import type { Elastic } from '../../config/schema/experiment.generated.js';
import type { RandomSource } from '../../tensorflow/random-source.js';
import type { Sampling } from '../../tensorflow/runtime.js';
import { IGNORED } from '../masks/mask.js';
import { bernoulli, uniformRows } from './draws.js';
import { times } from './entries.js';
import type { GeometricOperation } from './operations.js';

/** Beyond so many standard deviations a Gaussian is left out, as SciPy's gaussian_filter does. */
const TRUNCATE = 4;

/**
 * Elastic deformation (Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual
 * document analysis", 2003): each pixel is read at a place that is `alpha` times a field of uniform numbers from −1 to 1 away, smoothed by a
 * Gaussian of `sigma` pixels, with 0 beyond the edge.
 * Draws: from the first stream the field, [2 · batch, height, width], down in all images, then to the right; from the second, the images changed.
 */
export function elastic(
  { alpha, sigma, probability, ...reading }: Elastic,
  stream: (name: string) => RandomSource,
): GeometricOperation {
  const [field, changed] = [stream('elastic'), stream('elastic/changed')];
  return ({ images, masks }) => {
    const [batch, height, width] = images.shape;
    const rough = tf.sub(tf.mul(field.uniform([2 * batch, height, width]), 2), 1);
    const smooth = tf.matMul(tf.matMul(gaussian(height, sigma), rough), gaussian(width, sigma));
    const [chance] = uniformRows(changed, 1, batch);
    const strength = times(bernoulli(probability, chance), alpha);
    const pixels = tf.mul(
      smooth,
      typeof strength === 'number' ? strength : tf.reshape(tf.tile(strength, [2]), [-1, 1, 1]),
    );
    const [down, right] = tf.split(pixels, 2, 0);
    const places = {
      y: tf.add(tf.reshape(tf.range(0, height), [1, height, 1]), down),
      x: tf.add(tf.reshape(tf.range(0, width), [1, 1, width]), right),
    };
    const sampling = {
      interpolation: reading.interpolation,
      fillMode: reading.fill_mode,
      fillValue: reading.fill_value,
    };
    const moved = readAt(images, places, sampling);
    if (!masks) return { images: moved };
    return {
      images: moved,
      masks: readAt(masks, places, { ...sampling, interpolation: 'nearest', fillValue: IGNORED }),
    };
  };
}

/** What smooths an axis by a product: a Gaussian about each place, normalized as where nothing is cut off: [1, length, length]. */
function gaussian(length: number, sigma: number): tf.Tensor {
  const radius = Math.floor(TRUNCATE * sigma + 0.5);
  const weight = (distance: number): number => Math.exp(-0.5 * (distance / sigma) ** 2);
  const sum = Array.from({ length: 2 * radius + 1 }, (_, place) => weight(place - radius)).reduce((a, b) => a + b, 0);
  const matrix = Float32Array.from({ length: length * length }, (_, index) => {
    const distance = Math.abs(Math.floor(index / length) - (index % length));
    return distance > radius ? 0 : weight(distance) / sum;
  });
  return tf.tensor3d(matrix, [1, length, length]);
}

/** Where pixels are read: float32 [batch, height, width]; rows and columns, counted from 0. */
interface Places {
  y: tf.Tensor;
  x: tf.Tensor;
}

/** Images read at places of their own: the nearest pixel, or between four. */
function readAt(images: tf.Tensor, { y, x }: Places, sampling: Sampling): tf.Tensor {
  if (sampling.interpolation === 'nearest')
    return pixelsAt(images, { y: tf.floor(tf.add(y, 0.5)), x: tf.floor(tf.add(x, 0.5)) }, sampling);
  const [top, left] = [tf.floor(y), tf.floor(x)];
  const [lower, right] = [tf.expandDims(tf.sub(y, top), 3), tf.expandDims(tf.sub(x, left), 3)];
  const row = (at: tf.Tensor): tf.Tensor => {
    const [a, b] = [left, tf.add(left, 1)].map((column) => pixelsAt(images, { y: at, x: column }, sampling));
    return tf.add(a, tf.mul(tf.sub(b, a), right));
  };
  const [above, below] = [row(top), row(tf.add(top, 1))];
  return tf.add(above, tf.mul(tf.sub(below, above), lower));
}

/** @param places whole numbers, perhaps beyond the edge */
function pixelsAt(images: tf.Tensor, { y, x }: Places, { fillMode, fillValue }: Sampling): tf.Tensor {
  const [batch, height, width, channels] = images.shape;
  const first = tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1, 1]);
  const inRow = tf.add(tf.mul(first, tf.scalar(height, 'int32')), tf.cast(within(y, height, fillMode), 'int32'));
  const index = tf.add(tf.mul(inRow, tf.scalar(width, 'int32')), tf.cast(within(x, width, fillMode), 'int32'));
  const read = tf.gather(tf.reshape(images, [batch * height * width, channels]), index);
  if (fillMode !== 'constant') return read;
  const isInside = tf.logicalAnd(isOn(y, height), isOn(x, width));
  return tf.where(tf.expandDims(isInside, 3), read, tf.scalar(fillValue));
}

function isOn(place: tf.Tensor, length: number): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(place, 0), tf.less(place, length));
}

/** The pixel of an axis that stands for a place beyond its ends. */
function within(place: tf.Tensor, length: number, fillMode: Sampling['fillMode']): tf.Tensor {
  if (fillMode === 'wrap') return modulo(place, length);
  if (fillMode !== 'reflect') return tf.clipByValue(place, 0, length - 1);
  const around = modulo(place, 2 * length);
  return tf.minimum(around, tf.sub(2 * length - 1, around));
}

function modulo(place: tf.Tensor, length: number): tf.Tensor {
  return tf.sub(place, tf.mul(tf.floor(tf.div(place, length)), length));
}
