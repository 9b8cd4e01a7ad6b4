import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect } from 'vitest';
import type { AudioInput, MelSpectrogram, Table } from '../../../src/config/schema/experiment.generated.js';
import { type AudioColumn, audioShape } from '../../../src/data/audio/audio-column.js';
import { type AudioPreparation, audio } from '../../../src/data/columns/audio.js';
import { everyIndex } from '../../../src/data/rows.js';
import { datasetShape, loadDataset } from '../../../src/data/load.js';
import { readInputRows, tableOfRows } from '../../../src/data/tables/input-rows.js';
import type { Bytes } from '../../../src/tensorflow/bytes.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { bytesOf, it, splitDefaults, userError } from '../fixtures.js';
import { wavFile } from './wav-file.js';

const SOUND: AudioInput = {
  ...{ type: 'audio', sampling_rate: 1000, duration: 0.01, max_duration: null },
  ...{ normalization: 'standardize', output_mode: 'image', mel_spectrogram: null },
};

function tableOf(change: Partial<AudioInput> = {}): Table {
  const { validation_split, train_fraction, split, classes } = splitDefaults;
  return {
    ...{ name: 'table', path: 'data', train: null, validation: null, test: null, separator: null, encoding: null },
    ...{ test_split: 0.25, validation_split, train_fraction, split, classes },
    inputs: { sound: { ...SOUND, ...change } },
    target: { word: { type: 'category' } },
  };
}

/** A folder with a table of recordings of these lengths, whose samples are 1, 2, 3 … */
function folderOf(folder: string, lengths: readonly number[]): string {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  for (const [id, length] of lengths.entries()) write(data, id, length);
  writeFileSync(join(data, 'metadata.csv'), `sound,word\n${lengths.map((_, id) => `${id}.wav,${id % 2}`).join('\n')}`);
  return data;
}

function write(data: string, id: number, length: number): void {
  const samples = Int16Array.from({ length }, (_, at) => at + 1);
  writeFileSync(join(data, `${id}.wav`), wavFile({ rate: 1000, data: samples }));
}

const rowsOf = (values: unknown, count: number): number[][] => {
  const bytes = bytesOf(values as Bytes).slice();
  const samples = [...new Int16Array(bytes.buffer)];
  const width = samples.length / count;
  return Array.from({ length: count }, (_, row) => samples.slice(row * width, (row + 1) * width));
};

describe('recordings of a table', () => {
  it('stand in the middle of what a model is given, where none is longer', async ({ folder, options }) => {
    folderOf(folder, [10, 4, 5, 10]);
    const { train, test, inputs } = await loadDataset(tableOf(), options);
    expect(inputs[0].shape).toEqual([10, 1]);
    const rows = [...rowsOf(train.inputs[0], train.count), ...rowsOf(test.inputs[0], test.count)].sort();
    const whole = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const expected = [whole, whole, [0, 0, 0, 1, 2, 3, 4, 0, 0, 0], [0, 0, 1, 2, 3, 4, 5, 0, 0, 0]];
    expect(rows).toEqual(expected.sort());
  });

  it('are kept whole where some are longer, as far as max_duration', async ({ folder, options }) => {
    folderOf(folder, [10, 4, 12, 30]);
    const lengthsOf = async (change: Partial<AudioInput>): Promise<number[]> => {
      const { train, test } = await loadDataset(tableOf(change), options);
      const rows = [...rowsOf(train.inputs[0], train.count), ...rowsOf(test.inputs[0], test.count)];
      for (const [length, high, ...samples] of rows) {
        expect(high).toBe(0);
        expect(samples.slice(0, length)).toEqual(Array.from({ length }, (_, at) => at + 1));
        expect(samples.slice(length).every((value) => value === 0)).toBe(true);
      }
      return rows.map(([length]) => length).sort((a, b) => a - b);
    };
    expect(await lengthsOf({})).toEqual([4, 10, 12, 30]);
    expect(await lengthsOf({ max_duration: 0.02 })).toEqual([4, 10, 12, 20]);
  });

  it('are resampled', async ({ folder, options }) => {
    folderOf(folder, [10, 10, 10, 10]);
    const { train, inputs } = await loadDataset(tableOf({ sampling_rate: 2000 }), options);
    expect(inputs[0].shape).toEqual([20, 1]);
    expect(rowsOf(train.inputs[0], train.count)[0]).toHaveLength(20);
  });

  it('are named, with their places, where they can not be decoded', async ({ folder, options }) => {
    const data = folderOf(folder, [10, 10, 10, 10]);
    writeFileSync(join(data, '2.wav'), wavFile().subarray(0, 60));
    const { message, code, files } = await userError(loadDataset(tableOf(), options));
    expect(code).toBe('audio-undecodable');
    expect(message).toMatch(/^1 of 4 recordings can't be decoded/);
    const reason = 'its sound is cut off: 200 bytes from byte 44 on, of which 16 are there';
    expect(files).toEqual([{ path: `${join(data, 'metadata.csv')}:4:1`, reason }]);
  });

  it('are told at their place where they are not there, or elsewhere', async ({ folder, options }) => {
    const data = folderOf(folder, [10, 10, 10, 10]);
    for (const name of ['none.wav', '../metadata.csv']) {
      writeFileSync(join(data, 'metadata.csv'), `sound,word\n0.wav,0\n${name},1\n2.wav,0\n3.wav,1`);
      expect((await userError(loadDataset(tableOf(), options))).message).toContain(
        `${join(data, 'metadata.csv')}:3:1: `,
      );
    }
    writeFileSync(join(data, 'metadata.csv'), 'sound,word\n0.wav,0\n,1\n2.wav,0\n3.wav,1');
    expect((await userError(datasetShape(tableOf(), options))).message).toContain('expected a recording');
  });

  it('are decoded once, and again when one has changed', async ({ folder, options }) => {
    const data = folderOf(folder, [10, 10, 10, 10]);
    const first = await loadDataset(tableOf(), options);
    expect((await loadDataset(tableOf(), options)).train).toBe(first.train);
    write(data, 1, 8);
    utimesSync(join(data, '1.wav'), 1, 1);
    expect((await loadDataset(tableOf(), options)).digest).not.toBe(first.digest);
    // Nothing is left of what was decoded on the way.
    const cache = join(folder, 'cache', 'datasets', 'table');
    const files = readdirSync(cache, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('that lie in memory are read without a trace', async ({ folder, options }) => {
    const bytes = wavFile({ rate: 1000, data: Int16Array.of(7, 8, 9) });
    const column: AudioColumn = { name: 'sound', ...SOUND, type: 'audio', shape: audioShape(SOUND) };
    const { inputs } = await readInputRows(tableOfRows('files', [{ sound: { bytes } }]), [column], options);
    expect(rowsOf(inputs[0], 1)).toEqual([[0, 0, 0, 7, 8, 9, 0, 0, 0, 0]]);
    expect(readdirSync(folder)).toEqual([]);
    const damaged = tableOfRows('files', [
      { sound: { bytes } },
      { sound: { bytes: bytes.subarray(0, 40), path: 'a.wav' } },
    ]);
    const { message } = await userError(readInputRows(damaged, [column], options));
    expect(message).toMatch(/^files\[1\]\.sound: /);
  });
});

describe('what a model is given of recordings', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startTensorFlow();
  });

  const mel: MelSpectrogram = {
    ...{ fft_length: 64, sequence_stride: 16, sequence_length: null, window: 'hann', num_mel_bins: 8, min_freq: 20 },
    ...{ max_freq: null, power_to_db: true, top_db: 80, mag_exp: 2, min_power: 1e-10, ref_power: 1 },
  };
  const [COUNT, SAMPLES] = [50, 256];
  const bytes = new Uint8Array(
    Int16Array.from({ length: COUNT * SAMPLES }, (_, at) => 9000 * Math.sin(at * (0.2 + at / 1e5)) + 1000).buffer,
  );

  /** As a step makes it of these rows, and what was learnt for it. */
  function prepared(
    change: Partial<AudioInput>,
    rows: Int32Array,
  ): { batch: tf.Tensor; preparation: AudioPreparation } {
    const input = { ...SOUND, duration: SAMPLES / 1000, ...change };
    const column: AudioColumn = { name: 'sound', ...input, type: 'audio', shape: audioShape(input) };
    const preparation = audio.fit(column, bytes, COUNT, rows);
    expect(audio.isFitted(column, JSON.parse(JSON.stringify(preparation)))).toBe(true);
    expect(audio.isFitted(column, { ...preparation, samples: 2 ** 30 })).toBe(false);
    expect(audio.isFitted({ ...column, shape: [1, 1] }, preparation)).toBe(false);
    const resident = audio.makeResident(column, bytes, COUNT, runtime);
    const specs = [{ shape: [rows.length], dtype: 'int32' as const }];
    const program = runtime.compile('prepare', specs, ([indices]) => [
      audio.prepare(audio.gather(resident, indices, runtime), preparation),
    ]);
    const [batch] = program.run([tf.tensor1d(rows, 'int32')]);
    expect(batch.shape.slice(1)).toEqual(column.shape);
    return { batch, preparation };
  }

  const rows = everyIndex(COUNT).filter((row) => row % 3 !== 0);

  it.for([
    ['image', { mel_spectrogram: mel }, [0, 2, 3]],
    ['sequence', { mel_spectrogram: mel, output_mode: 'sequence' }, [0, 1]],
    ['waveform', {}, [0, 1, 2]],
  ] as const)('has mean 0 and variance 1 over the rows trained on: %s', ([, change, axes]) => {
    const { batch } = prepared(change, rows);
    const { mean, variance } = tf.moments(batch, [...axes]);
    for (const each of mean.dataSync()) expect(each).toBeCloseTo(0, 3);
    for (const each of variance.dataSync()) expect(each).toBeCloseTo(1, 3);
  });

  it('is the samples in full scale, or decibels, without normalization', () => {
    const { batch } = prepared({ normalization: 'none' }, rows);
    const samples = new Int16Array(bytes.buffer).subarray(rows[1] * SAMPLES, (rows[1] + 1) * SAMPLES);
    const ours = tf.slice(batch, [1, 0, 0], [1, -1, -1]).dataSync();
    ours.forEach((value, at) => { expect(value).toBeCloseTo(samples[at] / 2 ** 15, 6); }); // prettier-ignore
  });

  it('is the same, turned, as an image and as a sequence', () => {
    const image = prepared({ mel_spectrogram: mel }, rows).batch;
    const sequence = prepared({ mel_spectrogram: mel, output_mode: 'sequence' }, rows).batch;
    expect(tf.transpose(tf.squeeze(image, [3]), [0, 2, 1]).arraySync()).toEqual(sequence.arraySync());
  });
});
