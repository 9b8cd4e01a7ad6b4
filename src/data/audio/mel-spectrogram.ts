import * as tf from '@tensorflow/tfjs';
import type { MelSpectrogram } from '../../config/schema/experiment.generated.js';
import { realSpectrum } from '../../tensorflow/real-spectrum.js';

/**
 * The spectrograms of recordings as Keras's MelSpectrogram computes them, in a program. In Keras `top_db` counts from the
 * loudest value of the whole batch; here from that of each recording, so that what a model says of one doesn't hang on
 * those beside it.
 * @param samples float32 [batch, samples]
 * @param samplingRate of them, a second
 * @returns float32 [batch, frames, mel bins]: Keras's with its last two axes exchanged
 */
export function melSpectrogram(samples: tf.Tensor, config: MelSpectrogram, samplingRate: number): tf.Tensor {
  const { fft_length: length, mag_exp: exponent } = config;
  const frames = framed(samples, config);
  const [batch, count] = frames.shape;
  const window = tf.tensor1d(paddedWindow(config));
  const parts = realSpectrum(tf.reshape(tf.mul(frames, window), [batch * count, length]));
  const weights = melWeights(config, samplingRate);
  const mels = exponent === 2 ? melsOfPowers(parts, weights) : tf.matMul(magnitudesOf(parts, exponent), weights);
  const result = tf.reshape(mels, [batch, count, config.num_mel_bins]);
  return config.power_to_db ? decibels(result, config) : result;
}

/** Σ w (re² + im²): a weight for each part is one sum less. */
function melsOfPowers(parts: tf.Tensor, weights: tf.Tensor2D): tf.Tensor2D {
  const [frames, frequencies] = parts.shape;
  const ofParts = tf.reshape(tf.stack([weights, weights], 1), [2 * frequencies, -1]);
  return tf.matMul(tf.reshape(tf.square(parts), [frames, 2 * frequencies]), ofParts);
}

/** To a power. */
function magnitudesOf(parts: tf.Tensor, exponent: number): tf.Tensor2D {
  const magnitudes = tf.sqrt(tf.sum<tf.Tensor2D>(tf.square(parts), 2));
  return tf.pow<tf.Tensor2D>(magnitudes, exponent);
}

/**
 * Overlapping parts, the first about the first sample: the sound is mirrored beyond its ends. [batch, frames, length]
 *
 * What overlaps is gathered in pieces that both a frame and a stride are made of, not a sample at a time.
 */
function framed(samples: tf.Tensor, { fft_length: length, sequence_stride: stride }: MelSpectrogram): tf.Tensor {
  const half = Math.floor(length / 2);
  const mirrored = tf.mirrorPad(samples, [[0, 0], [half, half]], 'reflect'); // prettier-ignore
  const [batch, width] = mirrored.shape;
  const count = 1 + Math.floor((width - length) / stride);
  const piece = greatestCommonDivisor(length, stride);
  const pieces = Math.floor(width / piece);
  const cut = tf.reshape(tf.slice(mirrored, [0, 0], [batch, pieces * piece]), [batch, pieces, piece]);
  const [ofFrame, ofStride] = [length / piece, stride / piece];
  const places = Int32Array.from({ length: count * ofFrame }, (_, index) => {
    return Math.floor(index / ofFrame) * ofStride + (index % ofFrame);
  });
  return tf.reshape(tf.gather(cut, tf.tensor1d(places, 'int32'), 1), [batch, count, length]);
}

/** Rounded as Keras computes, in 32 bits: what lies far below the loudest, or at a narrow band's edge, hangs on these bits. */
const round = Math.fround;

/** In the middle of a frame. Periodic windows, as TensorFlow's `hann_window` and `hamming_window`. */
function paddedWindow({ fft_length: length, sequence_length, window }: MelSpectrogram): Float32Array {
  const width = sequence_length ?? length;
  const before = Math.floor((length - width) / 2);
  const mean = window === null ? 1 : { hann: 0.5, hamming: 0.54 }[window];
  // TensorFlow's periodic window of an odd length is the symmetric one, that of one sample is 1.
  const period = width - (width % 2);
  const result = new Float32Array(length);
  for (let index = 0; index < width; index++) {
    const angle = round(round(round(2 * Math.PI) * index) / period);
    result[before + index] = width === 1 ? 1 : round(mean) - round(round(1 - mean) * round(Math.cos(angle)));
  }
  return result;
}

/** HTK's mel scale, with Keras's constants. */
const BREAK_HERTZ = 700;
const HIGH_Q = 1127;
const mel = (hertz: number): number => round(HIGH_Q * round(Math.log(round(1 + round(hertz / BREAK_HERTZ)))));

/** Numbers of equal distances. */
function evenly(first: number, last: number, count: number): number[] {
  const step = round(round(last - first) / (count - 1));
  return Array.from({ length: count }, (_, index) => (index === count - 1 ? last : round(first + round(step * index))));
}

/** How much of each frequency is in each band: triangles on the mel scale, of height 1. [frequencies, mel bins] */
function melWeights(config: MelSpectrogram, samplingRate: number): tf.Tensor2D {
  const { fft_length: length, num_mel_bins: bins, min_freq: lowest, max_freq: highest } = config;
  const frequencies = Math.floor(length / 2) + 1;
  const places = evenly(0, round(samplingRate / 2), frequencies).map(mel);
  const edges = evenly(mel(round(lowest)), mel(round(highest ?? Math.floor(samplingRate / 2))), bins + 2);
  const weights = new Float32Array(frequencies * bins);
  // HTK leaves out the constant part.
  for (let frequency = 1; frequency < frequencies; frequency++) {
    for (let bin = 0; bin < bins; bin++) {
      const [low, centre, high] = edges.slice(bin, bin + 3);
      const rising = round(places[frequency] - low) / round(centre - low);
      const falling = round(high - places[frequency]) / round(high - centre);
      weights[frequency * bins + bin] = Math.max(0, Math.min(rising, falling));
    }
  }
  return tf.tensor2d(weights, [frequencies, bins]);
}

function decibels(powers: tf.Tensor, config: MelSpectrogram): tf.Tensor {
  const { min_power: least, ref_power: reference, top_db: range } = config;
  const scale = 10 / Math.LN10;
  const level = 10 * Math.log10(Math.max(Math.abs(reference), least));
  const values = tf.sub(tf.mul(tf.log(tf.maximum(powers, least)), scale), level);
  return tf.maximum(values, tf.sub(tf.max(values, [1, 2], true), range));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
