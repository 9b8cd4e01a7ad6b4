import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MelSpectrogram } from '../../../src/config/schema/experiment.generated.js';
import { framesOf } from '../../../src/data/audio/audio-column.js';
import { melSpectrogram } from '../../../src/data/audio/mel-spectrogram.js';
import { randomStream } from '../../../src/random.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { askKerasBy } from '../../support/keras.js';
import { startTensorFlow } from '../../support/tensorflow.js';

const KERAS: MelSpectrogram = {
  ...{ fft_length: 2048, sequence_stride: 512, sequence_length: null, window: 'hann', num_mel_bins: 128 },
  ...{ min_freq: 20, max_freq: null, power_to_db: true, top_db: 80, mag_exp: 2, min_power: 1e-10, ref_power: 1 },
};
const CASES: (Partial<MelSpectrogram> & { sampling_rate: number })[] = [
  { sampling_rate: 16000 },
  { sampling_rate: 8000, fft_length: 256, sequence_stride: 80, num_mel_bins: 40 },
  {
    sampling_rate: 16000,
    fft_length: 512,
    sequence_stride: 160,
    sequence_length: 400,
    num_mel_bins: 64,
    max_freq: 7600,
  },
  {
    sampling_rate: 8000,
    fft_length: 255,
    sequence_stride: 77,
    sequence_length: 201,
    window: 'hamming',
    num_mel_bins: 20,
  },
  { sampling_rate: 22050, fft_length: 300, sequence_stride: 100, window: null, num_mel_bins: 30, min_freq: 300 },
  { sampling_rate: 8000, fft_length: 256, sequence_stride: 128, num_mel_bins: 32, power_to_db: false, mag_exp: 1 },
  { sampling_rate: 8000, fft_length: 256, sequence_stride: 128, num_mel_bins: 32, power_to_db: false, mag_exp: 1.5 },
  {
    sampling_rate: 8000,
    fft_length: 128,
    sequence_stride: 64,
    num_mel_bins: 16,
    top_db: 30,
    min_power: 1e-5,
    ref_power: 7,
  },
];
const SAMPLES = 4001;

/** A voice-like sound, noise, and one that is silent for half of its time. */
function recordings(): number[][] {
  const stream = randomStream(Number(process.env.ABLATE_TEST_SEED), 'test/sound');
  const time = (index: number): number => (2 * Math.PI * index) / 8000;
  const voice = (index: number): number => [1, 2, 3, 5, 9].reduce((sum, k) => sum + (0.3 / k) * Math.sin(120 * k * time(index)), 0); // prettier-ignore
  return [
    Array.from({ length: SAMPLES }, (_, index) => Math.fround(voice(index) + 0.001 * stream.normal())),
    Array.from({ length: SAMPLES }, () => Math.fround(0.1 * stream.normal())),
    Array.from({ length: SAMPLES }, (_, index) => (index < SAMPLES / 2 ? 0 : Math.fround(0.5 * voice(index) + 0.01 * stream.normal()))), // prettier-ignore
  ];
}

describe('mel spectrograms as in Keras', () => {
  const samples = recordings();
  let runtime: Runtime;
  let keras: number[][][][];

  beforeAll(async () => {
    runtime = await startTensorFlow();
    const script = fileURLToPath(new URL('keras_mel.py', import.meta.url));
    keras = await askKerasBy(script, { samples, cases: CASES });
  });

  it.each(CASES.map((config, index) => [JSON.stringify(config), config, index] as const))('%s', (_, given, index) => {
    const { sampling_rate: rate, ...change } = given;
    const config = { ...KERAS, ...change };
    const specs = [{ shape: [samples.length, SAMPLES], dtype: 'float32' as const }];
    const program = runtime.compile('mel', specs, ([waves]) => [melSpectrogram(waves, config, rate)]);
    const [result] = program.run([tf.tensor2d(samples)]);
    expect(result.shape).toEqual([samples.length, framesOf(SAMPLES, config), config.num_mel_bins]);
    const ours = tf.transpose(result, [0, 2, 1]).arraySync() as number[][][];
    const theirs = keras[index];
    const greatest = Math.max(...theirs.flat(2).map(Math.abs));
    // Values near the floor of silence amplify the last bits of a Fourier transform in either.
    const differences = theirs.flatMap((bins, row) => bins.flatMap((frames, bin) => frames.map((value, at) => Math.abs(value - ours[row][bin][at])))); // prettier-ignore
    expect(Math.max(...differences) / greatest).toBeLessThan(1e-5);
    program.dispose();
  });

  it('do not hang on the recordings beside them', () => {
    const config = { ...KERAS, fft_length: 256, sequence_stride: 80, num_mel_bins: 40, top_db: 20 };
    const together = melSpectrogram(tf.tensor2d(samples), config, 8000).arraySync() as number[][][];
    samples.forEach((row, index) => {
      const [alone] = melSpectrogram(tf.tensor2d([row]), config, 8000).arraySync() as number[][][];
      const beside = together[index].flat();
      expect(Math.max(...alone.flat().map((value, at) => Math.abs(value - beside[at])))).toBeLessThan(1e-4);
    });
  });
});
