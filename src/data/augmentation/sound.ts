import * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig, Noise } from '../../config/schema/experiment.generated.js';
import type { RandomSource, RandomStreams } from '../../tensorflow/random-source.js';
import type { Runtime } from '../../tensorflow/runtime.js';
import { type AudioColumn, audioShape, windowSamples } from '../audio/audio-column.js';
import { windowsOf } from '../audio/windows.js';
import { augmentationStream, bernoulli, scaledTo, symmetricRange, uniformRows } from './draws.js';
import { type Entry, perImage, plus, times } from './entries.js';
import { type Batch, mixingOperations } from './mixing.js';

/** Changes recordings as images of one row: float32 [batch, 1, samples, 1], full scale is −1 to 1. */
type SoundOperation = (windows: tf.Tensor) => tf.Tensor;

/** Hides parts of what the model is given: [batch, mel bins, frames, 1] or [batch, frames, mel bins]. */
export type Masking = (prepared: tf.Tensor) => tf.Tensor;

/**
 * What training makes of recordings: of longer ones a part from a random place; then played at another speed and moved,
 * louder or softer, with noise, mixed; and, of their spectrograms, frames and bins masked. Each draws from a stream of its own.
 * @returns of a batch as it is resident (see `AudioColumn`) windows, [batch, 1, samples, 1], and what masks their spectrograms
 */
export function soundAugmentation(
  config: AugmentationConfig,
  column: AudioColumn,
  {
    random,
    runtime,
    classes,
  }: { random: RandomStreams; runtime: Pick<Runtime, 'projectiveTransform'>; classes: number },
): (rows: tf.Tensor, labels: tf.Tensor) => Batch {
  const stream = (name: string): RandomSource => augmentationStream(random, name);
  const samples = windowSamples(column);
  const offset = stream('offset');
  const operations = [
    playback(config, stream, runtime),
    config.gain ? gain(config.gain, stream('gain')) : undefined,
    config.noise ? noise(config.noise, stream) : undefined,
  ].filter((operation) => operation !== undefined);
  const mixing = mixingOperations(config, random, classes);
  const mask = masking(config, column, stream);
  return (rows, labels) => {
    const [batch, width] = rows.shape;
    const draws = width === samples ? undefined : offset.uniform([batch]);
    const windows = tf.reshape(windowsOf(rows, samples, draws), [batch, 1, samples, 1]);
    const changed = operations.reduce((current, operation) => operation(current), windows);
    const mixed = mixing.reduce((current, operation) => operation(current), { images: changed, labels });
    return mask ? { ...mixed, mask } : mixed;
  };
}

/**
 * Sample x of the result is the recording's at c + speed (x − c) − shift, c its middle; the shift is a whole number of samples,
 * between samples of another speed lie straight lines. Draws: the speed; the shift.
 */
function playback(
  { speed, time_shift: shift }: AugmentationConfig,
  stream: (name: string) => RandomSource,
  runtime: Pick<Runtime, 'projectiveTransform'>,
): SoundOperation | undefined {
  if (!speed && !shift) return undefined;
  const [ofSpeed, ofShift] = [speed ? stream('speed') : undefined, shift ? stream('time_shift') : undefined];
  return (windows) => {
    const [batch, , samples] = windows.shape;
    const most = Math.floor((shift ?? 0) * samples);
    const change: Entry = ofSpeed ? scaledTo(symmetricRange(speed ?? 0), ofSpeed.uniform([batch])) : 0;
    const moved: Entry = ofShift ? plus(tf.floor(tf.mul(ofShift.uniform([batch]), 2 * most + 1)), -most) : 0;
    const start = plus(times(change, -(samples - 1) / 2), times(moved, -1));
    const column = (entry: Entry): tf.Tensor => (typeof entry === 'number' ? tf.fill([batch], entry) : entry);
    const [one, zero] = [tf.ones([batch]), tf.zeros([batch])];
    const transforms = tf.stack([column(plus(change, 1)), zero, column(start), zero, one, zero, zero, zero], 1);
    return runtime.projectiveTransform(windows, transforms, {
      interpolation: 'bilinear',
      fillMode: 'constant',
      fillValue: 0,
    });
  };
}

/** 10^(dB ÷ 20) times as loud. Draws: the decibels. */
function gain(decibels: number, source: RandomSource): SoundOperation {
  return (windows) => {
    const drawn = scaledTo(symmetricRange(decibels), source.uniform([windows.shape[0]]));
    return tf.mul(windows, perImage(amplitude(drawn)));
  };
}

/** Draws: a normal number for each sample; the ratio of a recording's power to the noise's; the recordings changed. */
function noise({ stddev, snr = null, probability }: Noise, stream: (name: string) => RandomSource): SoundOperation {
  const [normal, ratio, changed] = [stream('noise'), stream('noise/snr'), stream('noise/changed')];
  return (windows) => {
    const batch = windows.shape[0];
    const isChanged = bernoulli(probability, uniformRows(changed, 1, batch)[0]);
    const level = snr === null ? (stddev ?? 0) : belowSignal(windows, snr, ratio);
    return tf.add(windows, tf.mul(normal.normal(windows.shape), perImage(times(isChanged, level))));
  };
}

/** The standard deviation of noise that lies so many decibels below each recording. */
function belowSignal(windows: tf.Tensor, snr: number | readonly [number, number], source: RandomSource): Entry {
  const range = typeof snr === 'number' ? ([snr, snr] as const) : symmetricRange(snr);
  const decibels = scaledTo(range, source.uniform([windows.shape[0]]));
  const power = tf.mean(tf.square(windows), [1, 2, 3]);
  return times(tf.sqrt(power), amplitude(times(decibels, -1)));
}

function amplitude(decibels: Entry): Entry {
  const exponent = times(decibels, Math.LN10 / 20);
  return typeof exponent === 'number' ? Math.exp(exponent) : tf.exp(exponent);
}

/**
 * SpecAugment's masks (Park et al., 2019): of a part of the axis that is drawn from 0 to the greatest, at any place. What is
 * masked is the mean: 0 where bins are standardized, else that of the recording. Draws: how much, where.
 */
function masking(
  { time_masking: frames, frequency_masking: bins }: AugmentationConfig,
  column: AudioColumn,
  stream: (name: string) => RandomSource,
): Masking | undefined {
  const [binAxis, frameAxis] = column.output_mode === 'image' ? [1, 2] : [2, 1];
  const masks = [
    ...(frames ? [{ axis: frameAxis, part: frames, source: stream('time_masking') }] : []),
    ...(bins ? [{ axis: binAxis, part: bins, source: stream('frequency_masking') }] : []),
  ];
  if (masks.length === 0) return undefined;
  const isCentred = column.normalization === 'standardize';
  const axes = audioShape(column).map((_, axis) => axis + 1);
  return (prepared) =>
    masks.reduce((current, { axis, part, source }) => {
      const kept = keptPart(current.shape, axis, part, source);
      const shown = tf.mul(current, kept);
      return isCentred ? shown : tf.add(shown, tf.mul(tf.mean(prepared, axes, true), tf.sub(1, kept)));
    }, prepared);
}

/** 0 where a recording is masked, else 1: [batch, 1, …, length of the axis, …]. */
function keptPart(shape: readonly number[], axis: number, part: number, source: RandomSource): tf.Tensor {
  const [batch, length] = [shape[0], shape[axis]];
  const [ofWidth, ofStart] = uniformRows(source, 2, batch);
  const width = tf.floor(tf.mul(ofWidth, Math.floor(part * length) + 1));
  const start = tf.floor(tf.mul(ofStart, tf.sub(length + 1, width)));
  const places = tf.expandDims(tf.range(0, length, 1, 'float32'), 0);
  const begin = tf.expandDims(start, 1);
  const isMasked = tf.logicalAnd(
    tf.greaterEqual(places, begin),
    tf.less(places, tf.add(begin, tf.expandDims(width, 1))),
  );
  const flat = shape.map((_, place) => (place === 0 ? batch : place === axis ? length : 1));
  return tf.reshape(tf.sub(1, tf.cast(isMasked, 'float32')), flat);
}
