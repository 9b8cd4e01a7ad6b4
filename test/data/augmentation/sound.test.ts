import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  AudioInput,
  AugmentationConfig,
  MelSpectrogram,
} from '../../../src/config/schema/experiment.generated.js';
import { type AudioColumn, audioShape } from '../../../src/data/audio/audio-column.js';
import { windowsOf } from '../../../src/data/audio/windows.js';
import { createAugmentation } from '../../../src/data/augmentation.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { StepRandom } from '../../../src/tensorflow/step-random.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { OFF, SEED, STEP } from './harness.js';

const [BATCH, SAMPLES, SCALE] = [400, 100, 2 ** 15];

const INPUT: Omit<AudioInput, 'type'> = {
  ...{ sampling_rate: 1000, duration: SAMPLES / 1000, max_duration: null },
  ...{ normalization: 'standardize', output_mode: 'image', mel_spectrogram: null },
};

/** Samples of 16 bits, each recording's own tone; the last three are silent beside one. */
const ROWS = Array.from({ length: BATCH }, (_, row) =>
  Array.from({ length: SAMPLES }, (__, at) => Math.round(8000 * Math.sin((at + row) * (0.05 + row / 4000)))),
);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startTensorFlow();
});

interface Change {
  rows?: number[][];
  seed?: number;
  input?: Partial<AudioInput>;
  prepared?: tf.Tensor;
}

function augmented(
  config: Partial<AugmentationConfig>,
  { rows = ROWS, seed = SEED, input = {}, prepared }: Change = {},
) {
  const random = new StepRandom(runtime);
  const whole = { ...INPUT, ...input };
  const column: AudioColumn = { name: 'sound', ...whole, type: 'audio', shape: audioShape(whole) };
  const target = { name: 'word', type: 'category', classes: ['a', 'b'] };
  const columns = { inputs: [column], target };
  const augment = createAugmentation({ ...OFF, ...config }, { random, runtime, classes: 2 }, columns);
  if (!augment) throw new Error('sound is always made windows of');
  const inputs = [
    tf.tensor2d(rows),
    tf.tensor1d(rows.map((_, row) => row % 2), 'int32'), // prettier-ignore
    tf.tensor1d(random.seeds({ augmentation: seed, dropout: seed }), 'int32'),
    tf.scalar(STEP, 'int32'),
  ];
  const specs = inputs.map(({ shape, dtype }) => ({ shape, dtype: dtype as 'float32' | 'int32' }));
  const program = runtime.compile('sound', specs, ([x, y, seeds, at]) =>
    random.during(seeds, at, () => {
      const { images, labels, mask } = augment(x, y);
      return [images, labels, mask && prepared ? mask(prepared) : tf.zeros([1])];
    }),
  );
  const [windows, labels, masked] = program.run(inputs);
  return {
    windows: tf.mul(tf.reshape(windows, [rows.length, SAMPLES]), SCALE).arraySync() as number[][],
    labels: labels.arraySync() as number[] | number[][],
    masked: masked.arraySync() as number[][][],
  };
}

const power = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0) / values.length; // prettier-ignore
const decibels = (ratio: number): number => 10 * Math.log10(ratio);
const extent = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** How far apart they are at most. */
const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index])), 0);

describe('sound in training', () => {
  it('is as it is where nothing is to be changed', () => {
    expect(distance(augmented({}).windows.flat(), ROWS.flat())).toBeLessThan(0.01);
  });

  it('is moved by whole samples, as far as said and no further, with silence behind it', () => {
    const { windows } = augmented({ time_shift: 0.1 });
    const shifts = windows.map((window, row) => {
      const found = Array.from({ length: 21 }, (_, index) => index - 10).filter((shift) => {
        const moved = window.map(
          (_, at) => ROWS[row].at(at - shift >= 0 && at - shift < SAMPLES ? at - shift : NaN) ?? 0,
        );
        const silent = moved.map((value, at) => (at - shift < 0 || at - shift >= SAMPLES ? 0 : value));
        return distance(window, silent) < 0.01;
      });
      expect(found).toHaveLength(1);
      return found[0];
    });
    expect(new Set(shifts).size).toBe(21);
  });

  it('is played at a speed of the range: a line is a line of that slope about the middle', () => {
    const ramp = Array.from({ length: SAMPLES }, (_, at) => 100 * (at - (SAMPLES - 1) / 2));
    const { windows } = augmented({ speed: 0.2 }, { rows: ROWS.map(() => ramp) });
    const speeds = windows.map((window) => {
      const speed = (window[60] - window[40]) / 2000;
      const expected = ramp.map((value) => value * speed);
      // Beyond the ends of a faster one there is silence.
      expect(distance(window.slice(15, 85), expected.slice(15, 85))).toBeLessThan(1);
      return speed;
    });
    const [slowest, fastest] = extent(speeds);
    expect(slowest).toBeGreaterThanOrEqual(0.8);
    expect(slowest).toBeLessThan(0.82);
    expect(fastest).toBeLessThanOrEqual(1.2);
    expect(fastest).toBeGreaterThan(1.18);
  });

  it('is louder or softer by up to so many decibels', () => {
    const { windows } = augmented({ gain: 6 });
    const gains = windows.map((window, row) => decibels(power(window) / power(ROWS[row])));
    const [softest, loudest] = extent(gains);
    expect(softest).toBeGreaterThanOrEqual(-6.001);
    expect(softest).toBeLessThan(-5.8);
    expect(loudest).toBeLessThanOrEqual(6.001);
    expect(loudest).toBeGreaterThan(5.8);
  });

  it('has noise as many decibels below it as said', () => {
    const { windows } = augmented({ noise: { snr: [10, 30], probability: 1 } });
    const rest = windows.map((window, row) => window.map((value, at) => value - ROWS[row][at]));
    const ratios = rest.map((noise, row) => decibels(power(ROWS[row]) / power(noise)));
    const mean = ratios.reduce((sum, ratio) => sum + ratio / BATCH, 0);
    expect(mean).toBeGreaterThan(19);
    expect(mean).toBeLessThan(21);
    // Power of 100 draws is itself drawn: 3 dB is seven of its standard deviations.
    const [least, most] = extent(ratios);
    expect(least).toBeGreaterThan(7);
    expect(most).toBeLessThan(33);
  });

  it('has noise of a level, in a part of the recordings', () => {
    const { windows } = augmented({ noise: { stddev: 0.1, probability: 0.25 } });
    const rest = windows.map((window, row) => window.map((value, at) => (value - ROWS[row][at]) / SCALE));
    const changed = rest.filter((noise) => power(noise) > 1e-6);
    expect(Math.abs(changed.length - BATCH / 4)).toBeLessThan(4 * Math.sqrt((BATCH * 3) / 16));
    expect(Math.sqrt(power(changed.flat()))).toBeCloseTo(0.1, 2);
  });

  it('is blended with the next, and its label too', () => {
    const { windows, labels } = augmented({ mixup: { alpha: 1, probability: 1 } });
    windows.forEach((window, row) => {
      const [first, second] = [row, (row + 1) % BATCH];
      const share = (labels as number[][])[row][row % 2];
      const expected = ROWS[first].map((value, at) => share * value + (1 - share) * ROWS[second][at]);
      expect(distance(window, expected)).toBeLessThan(0.1);
    });
  });

  it('draws as before when another change is added', () => {
    const quiet = ROWS.map((row) => row.map(() => 0));
    const noise = { stddev: 0.1, probability: 1 };
    const alone = augmented({ noise }, { rows: quiet }).windows;
    expect(augmented({ noise, gain: 3, time_shift: 0.3, speed: 0.1 }, { rows: quiet }).windows).toEqual(alone);
    expect(augmented({ noise }, { rows: quiet, seed: SEED + 1 }).windows).not.toEqual(alone);
  });
});

describe('recordings longer than what a model is given', () => {
  const LENGTHS = [...Array.from({ length: BATCH - 3 }, () => 137), 100, 40, 41];
  const long = LENGTHS.map((length) => [
    length,
    0,
    ...Array.from({ length: 137 }, (_, at) => (at < length ? at + 1 : 0)),
  ]);

  it('are taken from any place in training', () => {
    const { windows } = augmented({}, { rows: long });
    const starts = windows.slice(0, -3).map((window) => {
      expect(distance(window, window.map((_, at) => Math.round(window[0]) + at))).toBeLessThan(0.01); // prettier-ignore
      return Math.round(window[0]);
    });
    expect(extent(starts)).toEqual([1, 38]);
    expect(new Set(starts).size).toBe(38);
  });

  it('are taken from the middle elsewhere; those that are shorter stand in the middle, everywhere', () => {
    const middle = tf.mul(windowsOf(tf.tensor2d(long), SAMPLES), SCALE).arraySync() as number[][];
    expect(middle[0].map(Math.round)).toEqual(Array.from({ length: SAMPLES }, (_, at) => at + 1 + 18));
    const { windows } = augmented({}, { rows: long });
    for (const set of [middle, windows]) {
      const [whole, even, odd] = set.slice(-3).map((row) => row.map(Math.round));
      expect(whole).toEqual(Array.from({ length: SAMPLES }, (_, at) => at + 1));
      expect(even).toEqual(Array.from({ length: SAMPLES }, (_, at) => (at >= 30 && at < 70 ? at - 29 : 0)));
      expect(odd.filter((value) => value !== 0)).toEqual(Array.from({ length: 41 }, (_, at) => at + 1));
    }
  });

  it('have lengths that two numbers of 16 bits hold', () => {
    const lengths = [32_767, 32_768, 65_536, 100_000];
    const rows = lengths.map((length) => {
      const samples = Float32Array.from({ length: 100_000 }, (_, at) => (at < length ? at % 1000 : 0));
      return [...new Int16Array(Int32Array.of(length).buffer), ...samples];
    });
    const windows = tf.mul(windowsOf(tf.tensor2d(rows), SAMPLES), SCALE).arraySync() as number[][];
    windows.forEach((window, row) => {
      expect(Math.round(window[0])).toBe(Math.floor((lengths[row] - SAMPLES) / 2) % 1000);
    });
  });
});

describe('masks of spectrograms', () => {
  const mel: MelSpectrogram = {
    ...{ fft_length: 32, sequence_stride: 4, sequence_length: null, window: 'hann', num_mel_bins: 8, min_freq: 20 },
    ...{ max_freq: null, power_to_db: true, top_db: 80, mag_exp: 2, min_power: 1e-10, ref_power: 1 },
  };
  const [BINS, FRAMES] = [8, 26];

  /** The part of the values that are 0, by frame and by bin, of each recording: all or none. */
  function masksOf(
    config: Partial<AugmentationConfig>,
    output_mode: 'image' | 'sequence',
    normalization: 'standardize' | 'none' = 'standardize',
  ) {
    // prettier-ignore
    const shape = output_mode === 'image' ? [BATCH, BINS, FRAMES, 1] : [BATCH, FRAMES, BINS];
    const prepared = tf.add(tf.randomUniform(shape, 1, 2, 'float32', 1), 0);
    const { masked } = augmented(config, { input: { mel_spectrogram: mel, output_mode, normalization }, prepared });
    const flat = tf.tensor(masked).reshape(output_mode === 'image' ? [BATCH, BINS, FRAMES] : [BATCH, FRAMES, BINS]);
    const asImage = (output_mode === 'image' ? flat : tf.transpose(flat, [0, 2, 1])).arraySync() as number[][][];
    return { asImage, before: prepared };
  }

  it.each(['image', 'sequence'] as const)(
    'hide frames that follow each other, up to the part that is said: %s',
    (mode) => {
      const { asImage } = masksOf({ time_masking: 0.25 }, mode);
      const widths = asImage.map((bins) => {
        const hidden = bins[0].map((value) => (value === 0 ? '1' : '0')).join('');
        for (const frames of bins) expect(frames.map((value) => (value === 0 ? '1' : '0')).join('')).toBe(hidden);
        expect(hidden).toMatch(/^0*1*0*$/);
        return hidden.replaceAll('0', '').length;
      });
      expect(new Set(widths)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    },
  );

  it.each(['image', 'sequence'] as const)('hide bins likewise: %s', (mode) => {
    const { asImage } = masksOf({ frequency_masking: 0.5 }, mode);
    const widths = asImage.map((bins) => bins.filter((frames) => frames.every((value) => value === 0)).length);
    expect(new Set(widths)).toEqual(new Set([0, 1, 2, 3, 4]));
    asImage.forEach((bins, row) => {
      expect(bins.flat().filter((value) => value === 0)).toHaveLength(widths[row] * FRAMES);
    });
  });

  it('are the mean of the recording where bins are not standardized', () => {
    const { asImage, before } = masksOf({ time_masking: 0.25 }, 'image', 'none');
    const means = tf.mean(before, [1, 2, 3]).arraySync() as number[];
    const given = tf.reshape(before, [BATCH, BINS, FRAMES]).arraySync() as number[][][];
    asImage.forEach((bins, row) => {
      const whole = given[row].flat();
      const changed = bins.flat().filter((value, at) => Math.abs(value - whole[at]) > 1e-6);
      expect(Math.max(0, ...changed.map((value) => Math.abs(value - means[row])))).toBeLessThan(1e-5);
    });
  });
});
