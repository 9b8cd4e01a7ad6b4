import * as tf from '@tensorflow/tfjs';
import type { Bytes } from '../tensorflow/bytes.js';

/** Images of one size. */
export interface Pixels {
  /** [count, height, width, channels] */
  images: Bytes;
  count: number;
  channels: number;
}

/** Per channel, over pixel values from 0 to 255: a model sees (pixel − mean) / standardDeviation. */
export interface NormalizationStatistics {
  mean: number[];
  standardDeviation: number[];
}

/**
 * What to normalize with: `rescale` maps pixels to [0, 1]; `standardize` gives each channel mean 0 and variance 1 over
 * the images trained on (validation and test images play no part); `none` leaves pixels as they are.
 *
 * The statistics are the population's (divided by the count), from exact sums. A channel without any variation is only
 * centred (standard deviation 1).
 * @param indices [n] the training images that are trained on, as indices into the images
 */
export function normalizationStatistics(
  pixels: Pixels,
  indices: Int32Array,
  kind: 'rescale' | 'standardize' | 'none',
): NormalizationStatistics {
  if (kind === 'standardize') return channelStatistics(pixels, indices);
  const { channels } = pixels;
  return {
    mean: new Array<number>(channels).fill(0),
    standardDeviation: new Array<number>(channels).fill(kind === 'rescale' ? 255 : 1),
  };
}

/** (pixels − mean) ÷ standard deviation, a channel at a time; pixels are 0 to 255. */
export function normalize(images: tf.Tensor, { mean, standardDeviation }: NormalizationStatistics): tf.Tensor {
  const uniform = new Set(mean).size === 1 && new Set(standardDeviation).size === 1;
  const scale = standardDeviation.map((deviation) => 1 / deviation);
  const centered = mean.every((value) => value === 0)
    ? images
    : tf.sub(images, uniform ? tf.scalar(mean[0]) : tf.tensor1d(mean));
  if (scale.every((value) => value === 1)) return centered;
  return tf.mul(centered, uniform ? tf.scalar(scale[0]) : tf.tensor1d(scale));
}

function channelStatistics(pixels: Pixels, indices: Int32Array): NormalizationStatistics {
  const { sums, squares } = channelSums(pixels, indices);
  const count = (indices.length * pixels.images.byteLength) / pixels.count / pixels.channels;
  return {
    mean: sums.map((sum) => sum / count),
    standardDeviation: sums.map((sum, channel) => {
      // n Σx² − (Σx)² in whole numbers: in floating point, the difference of two large numbers would lose digits.
      const scatter = BigInt(count) * BigInt(squares[channel]) - BigInt(sum) ** 2n;
      return scatter === 0n ? 1 : Math.sqrt(Number(scatter)) / count;
    }),
  };
}

/** Sums of pixel values and of their squares: whole numbers, exact below 2^53, that is for up to 10^11 pixels. */
function channelSums({ images, count, channels }: Pixels, indices: Int32Array): { sums: number[]; squares: number[] } {
  const size = images.byteLength / count;
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (const index of indices) {
    const pixels = images.subarray(index * size, (index + 1) * size);
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      let square = 0;
      for (let at = channel; at < size; at += channels) {
        const value = pixels[at];
        sum += value;
        square += value * value;
      }
      sums[channel] += sum;
      squares[channel] += square;
    }
  }
  return { sums, squares };
}
