import * as tf from '@tensorflow/tfjs';
import type { Runtime } from '../tensorflow/runtime.js';
import { nativeSeed } from '../random.js';

/** The greatest value of a pixel. */
const WHITE = 255;

/** Where a corruption draws from: a number of its own for each image, the same in every run with the same seed. */
export interface Draws {
  runtime: Runtime;
  /** int32 [2]: a stream's seed and the batch's number. */
  key: tf.Tensor;
}

/** A way in which images become worse, as they do in the world, in five strengths. */
export interface Corruption {
  name: string;
  /** Of the strengths. */
  unit: string;
  strengths: readonly number[];
  /** @param images float32 0 to 255, [batch, height, width, channels] @returns the same, not yet whole numbers */
  apply: (images: tf.Tensor4D, strength: number, draws: Draws) => tf.Tensor;
}

/** After Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions" (2019): graded, seeded. */
export const CORRUPTIONS: readonly Corruption[] = [
  { name: 'noise', unit: 'of white (standard deviation)', strengths: [0.1, 0.2, 0.3, 0.4, 0.5], apply: addNoise },
  { name: 'blur', unit: 'pixels (standard deviation)', strengths: [0.5, 1, 1.5, 2, 2.5], apply: blur },
  { name: 'rotation', unit: 'degrees, left or right', strengths: [10, 20, 30, 45, 60], apply: rotate },
  { name: 'shift', unit: 'of the image, in any direction', strengths: [0.05, 0.1, 0.15, 0.2, 0.25], apply: shift },
  { name: 'contrast', unit: 'of the contrast is left', strengths: [0.75, 0.5, 0.35, 0.2, 0.1], apply: reduceContrast },
];

/** The images as a camera would give them: whole numbers from 0 to 255. */
export function corrupted(corruption: Corruption, images: tf.Tensor4D, strength: number, draws: Draws): tf.Tensor {
  return tf.round(tf.clipByValue(corruption.apply(images, strength, draws), 0, WHITE));
}

function addNoise(images: tf.Tensor4D, strength: number, { runtime, key }: Draws): tf.Tensor {
  return tf.add(images, tf.mul(runtime.randomNormal(images.shape, key), strength * WHITE));
}

/** A Gaussian blur; at the edges the weights of what lies inside are made to sum to 1. */
function blur(images: tf.Tensor4D, sigma: number): tf.Tensor {
  const [, height, width, channels] = images.shape;
  const kernel = gaussian(sigma);
  const along = (values: tf.Tensor4D, shape: [number, number]): tf.Tensor4D => {
    const depth = values.shape[3];
    const filter = tf.tile(tf.reshape<tf.Rank.R4>(tf.tensor1d(kernel), [...shape, 1, 1]), [1, 1, depth, 1]);
    return tf.depthwiseConv2d(values, filter, 1, 'same');
  };
  const blurred = (values: tf.Tensor4D): tf.Tensor4D => along(along(values, [kernel.length, 1]), [1, kernel.length]);
  return tf.div(blurred(images), blurred(tf.ones([1, height, width, channels])));
}

/** Up to three standard deviations. */
function gaussian(sigma: number): number[] {
  const radius = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, at) => Math.exp(-((at - radius) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function rotate(images: tf.Tensor4D, degrees: number, { runtime, key }: Draws): tf.Tensor {
  const [batch, height, width] = images.shape;
  const angle = (degrees * Math.PI) / 180;
  const sign = tf.sign(tf.sub(runtime.randomUniform([batch], key), 0.5));
  const [cos, sin] = [tf.fill([batch], Math.cos(angle)), tf.mul(sign, Math.sin(angle))];
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  const x0 = tf.add(tf.mul(sin, y), x - x * Math.cos(angle));
  const y0 = tf.sub(y - y * Math.cos(angle), tf.mul(sin, x));
  return readAt(images, [cos, tf.neg(sin), x0, sin, cos, y0], runtime);
}

function shift(images: tf.Tensor4D, share: number, { runtime, key }: Draws): tf.Tensor {
  const [batch, height, width] = images.shape;
  const direction = tf.mul(runtime.randomUniform([batch], key), 2 * Math.PI);
  const [one, zero] = [tf.ones([batch]), tf.zeros([batch])];
  const x0 = tf.mul(tf.cos(direction), share * width);
  const y0 = tf.mul(tf.sin(direction), share * height);
  return readAt(images, [one, zero, x0, zero, one, y0], runtime);
}

/** Pixel (x, y) of the result is the image's at (a x + b y + c, d x + e y + f); beyond the edge, the edge continues. */
function readAt(images: tf.Tensor4D, map: tf.Tensor[], runtime: Runtime): tf.Tensor {
  const zeros = tf.zerosLike(map[0]);
  const transforms = tf.stack([...map, zeros, zeros], 1);
  return runtime.projectiveTransform(images, transforms, {
    interpolation: 'bilinear',
    fillMode: 'nearest',
    fillValue: 0,
  });
}

/** m + s (x − m), with m the mean of the image's channel. */
function reduceContrast(images: tf.Tensor4D, left: number): tf.Tensor {
  const mean = tf.mean(images, [1, 2], true);
  return tf.add(tf.mul(images, left), tf.mul(mean, 1 - left));
}

/** For the draws of a corruption: from a stream of its own. */
export function corruptionSeed({ name }: Corruption, seed: number): number {
  return nativeSeed(seed, `robustness/${name}`);
}
