import * as tf from '@tensorflow/tfjs';
import type { AudioInput } from '../../config/schema/experiment.generated.js';
import type { Bytes } from '../../tensorflow/bytes.js';
import { type AudioColumn, audioShape, windowSamples } from '../audio/audio-column.js';
import { melSpectrogram } from '../audio/mel-spectrogram.js';
import { singleRecordings } from '../audio/single-recordings.js';
import { openRecordings } from '../audio/table-recordings.js';
import { windowsOf } from '../audio/windows.js';
import type { InputColumn } from '../dataset.js';
import { filesOfCells } from '../tables/file-cells.js';
import { invalidTable } from '../tables/table-error.js';
import { isEmbeddedFile } from '../tables/table.js';
import type { InputKind } from './input-kind.js';

/** What recordings are prepared with. */
export interface AudioPreparation extends Pick<AudioInput, 'sampling_rate' | 'output_mode' | 'mel_spectrogram'> {
  /** That the model is given of a recording. */
  samples: number;
  /** Of the rows trained on: of a spectrogram in each mel bin, of waveforms one of all. */
  mean: readonly number[];
  standardDeviation: readonly number[];
}

/** Rows that statistics are taken of, evenly spread: their number of values makes further ones idle. */
const MOST_FITTED = 1024;
/** Recordings whose features are computed together. */
const FITTED_AT_ONCE = 32;

export const audio: InputKind<AudioColumn, AudioPreparation> = {
  read(name, config) {
    const { type, ...input } = config as AudioInput;
    const column: AudioColumn = { name, type, ...input, shape: audioShape(input) };
    const names: (string | undefined)[] = [];
    return {
      add: (cell, place) => {
        const isName = typeof cell === 'string';
        if (!isName && !isEmbeddedFile(cell)) throw noSound(place());
        names.push(isName ? cell : undefined);
      },
      finish: (rows, table) => {
        const files = filesOfCells(names, table);
        return { column, files, load: (options) => openRecordings({ name, rows, files, table }, column, options) };
      },
    };
  },
  configOf: ({ sampling_rate, duration, max_duration, normalization, output_mode, mel_spectrogram }) => ({
    ...{ type: 'audio', sampling_rate, duration, max_duration, normalization, output_mode, mel_spectrogram },
  }),
  single: singleRecordings,
  fit(column, values, count, indices) {
    const { sampling_rate, output_mode, mel_spectrogram, normalization } = column;
    const features = { sampling_rate, output_mode, mel_spectrogram, samples: windowSamples(column) };
    const channels = mel_spectrogram?.num_mel_bins ?? 1;
    const asIs = { mean: [0], standardDeviation: [1] };
    if (normalization === 'none') return { ...features, ...asIs };
    return { ...features, ...statistics(features, { bytes: values as Bytes, count }, { indices, channels }) };
  },
  isFitted,
  makeResident(_, values, count, runtime) {
    const bytes = values as Bytes;
    return runtime.imageBytes(bytes, [count, bytes.byteLength / count / 2, 2]);
  },
  gather: (resident, indices, runtime) => runtime.gatherSamples(resident, indices),
  prepare(batch, preparation) {
    const { mean, standardDeviation, output_mode } = preparation;
    // Augmentation has made windows of them, of which there is one row an image.
    const windows =
      batch.rank === 2 ? windowsOf(batch, preparation.samples) : tf.reshape(batch, [-1, preparation.samples]);
    const features = featuresOf(windows, preparation);
    const isAsIs = mean.length === 1 && mean[0] === 0 && standardDeviation[0] === 1;
    const scaled = isAsIs
      ? features
      : tf.mul(tf.sub(features, tf.tensor1d([...mean])), tf.tensor1d(standardDeviation.map((each) => 1 / each)));
    const isImage = preparation.mel_spectrogram !== null && output_mode === 'image';
    return isImage ? tf.expandDims(tf.transpose(scaled, [0, 2, 1]), 3) : scaled;
  },
};

type Features = Pick<AudioPreparation, 'sampling_rate' | 'mel_spectrogram' | 'samples'>;

/** Before they are normalized. @param windows [batch, samples] @returns [batch, frames, mel bins] or [batch, samples, 1] */
function featuresOf(windows: tf.Tensor, { mel_spectrogram: mel, sampling_rate: rate }: Features): tf.Tensor {
  return mel ? melSpectrogram(windows, mel, rate) : tf.expandDims(windows, 2);
}

/** The population's, of the middle of each recording. What never varies is only centred. */
function statistics(
  features: Features,
  { bytes, count }: { bytes: Bytes; count: number },
  { indices, channels }: { indices: Int32Array; channels: number },
): Pick<AudioPreparation, 'mean' | 'standardDeviation'> {
  const size = bytes.byteLength / count;
  const rows = Math.min(indices.length, MOST_FITTED);
  const chosen = Array.from({ length: rows }, (_, place) => indices[Math.floor((place * indices.length) / rows)]);
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  let values = 0;
  for (let start = 0; start < rows; start += FITTED_AT_ONCE) {
    const part = chosen.slice(start, start + FITTED_AT_ONCE);
    const samples = new Float32Array((part.length * size) / 2);
    part.forEach((row, place) => {
      const values16 = new Int16Array(bytes.subarray(row * size, (row + 1) * size).slice().buffer);
      samples.set(values16, (place * size) / 2);
    });
    tf.tidy(() => {
      const raw = tf.tensor2d(samples, [part.length, size / 2]);
      const each = tf.reshape(featuresOf(windowsOf(raw, features.samples), features), [-1, channels]);
      tf.sum(each, 0).dataSync().forEach((sum, channel) => (sums[channel] += sum)); // prettier-ignore
      tf.sum(tf.square(each), 0).dataSync().forEach((sum, channel) => (squares[channel] += sum)); // prettier-ignore
      values += each.shape[0] ?? 0;
    });
  }
  const mean = Array.from(sums, (sum) => sum / values);
  return {
    mean,
    standardDeviation: mean.map((each, channel) => {
      const variance = squares[channel] / values - each * each;
      return variance > 1e-6 * each * each ? Math.sqrt(variance) : 1;
    }),
  };
}

function isFitted(column: InputColumn, preparation: unknown): boolean {
  const { sampling_rate: rate, duration, output_mode: mode, mel_spectrogram: mel } = column as Partial<AudioColumn>;
  const isRate = Number.isInteger(rate) && Number(rate) >= 1000 && Number(rate) <= 192_000;
  const isSpectrogram = mel === null || (typeof mel === 'object' && isMel(mel as unknown as Record<string, unknown>));
  if (!isRate || !(Number(duration) > 0 && Number(duration) <= 3600) || !isSpectrogram) return false;
  const known = column as AudioColumn;
  const given = (preparation ?? {}) as Partial<AudioPreparation>;
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const channels = [1, ...(mel ? [mel.num_mel_bins] : [])];
  return (
    (mode === 'image' || mode === 'sequence') &&
    same(column.shape, audioShape(known)) &&
    same(
      [given.sampling_rate, given.output_mode, given.mel_spectrogram, given.samples],
      [rate, mode, mel, windowSamples(known)],
    ) &&
    [given.mean, given.standardDeviation].every(
      (values) => Array.isArray(values) && channels.includes(values.length) && values.every(Number.isFinite),
    )
  );
}

/** As far as a computation hangs on it. */
function isMel(mel: Record<string, unknown>): boolean {
  const sizes = ['fft_length', 'sequence_stride', 'num_mel_bins'].map((key) => Number(mel[key]));
  const numbers = ['min_freq', 'top_db', 'mag_exp', 'min_power', 'ref_power'].map((key) => mel[key]);
  const length = mel.sequence_length ?? mel.fft_length;
  return (
    sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 65_536) &&
    numbers.every(Number.isFinite) &&
    Number.isInteger(length) &&
    Number(length) >= 1 &&
    Number(length) <= sizes[0] &&
    ['hann', 'hamming', null].includes(mel.window as string | null) &&
    (mel.max_freq === null || Number.isFinite(mel.max_freq))
  );
}

function noSound(place: string): Error {
  return invalidTable(place, 'expected a recording, or the name of its file', 'remove rows without one');
}
