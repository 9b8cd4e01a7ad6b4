import type { Dataset, ImageSet } from './dataset.js';

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
 * @param indices [n] the training images that are trained on, as indices into `dataset.train`
 */
export function normalizationStatistics(
  { train, channels }: Pick<Dataset, 'train' | 'channels'>,
  indices: Int32Array,
  kind: 'rescale' | 'standardize' | 'none',
): NormalizationStatistics {
  if (kind === 'standardize') return channelStatistics(train, indices, channels);
  return {
    mean: new Array<number>(channels).fill(0),
    standardDeviation: new Array<number>(channels).fill(kind === 'rescale' ? 255 : 1),
  };
}

function channelStatistics(train: ImageSet, indices: Int32Array, channels: number): NormalizationStatistics {
  const { sums, squares } = channelSums(train, indices, channels);
  const count = (indices.length * train.images.byteLength) / train.labels.length / channels;
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
function channelSums(
  { images, labels }: ImageSet,
  indices: Int32Array,
  channels: number,
): { sums: number[]; squares: number[] } {
  const size = images.byteLength / labels.length;
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
