import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/config/text/tree.js';
import type { LayerFragment } from '../../model/models.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import type { ParityCase } from './experiments.js';
import { trainBoth } from './training.js';

const convolutions: LayerFragment[] = [
  { type: 'conv2d', filters: 8, activation: 'relu' },
  { type: 'pooling2d', pooling: 'max' },
];
const normalized: LayerFragment[] = [
  { type: 'conv2d', filters: 8, batch_normalization: true, activation: 'relu' },
  { type: 'pooling2d', pooling: 'average' },
];
const optimizer = { name: 'sgd', learning_rate: 0.02, momentum: 0.9 };

const NETWORKS: Record<string, LayerFragment[]> = {
  'convolution and pooling': convolutions,
  'batch normalization': normalized,
};

const inPrecision = (layers: LayerFragment[], precision: Json): ParityCase => ({
  layers,
  training: { optimizer, precision },
});

let results: Awaited<ReturnType<typeof trainBoth>>;

beforeAll(async () => {
  const steps = Object.fromEntries(
    Object.entries(NETWORKS).flatMap(([name, layers]) => [
      [name, inPrecision(layers, 'bfloat16')],
      [`${name}, float32`, inPrecision(layers, 'float32')],
    ]),
  );
  results = await trainBoth(await startTensorFlow(), { steps, epochs: {} });
});

const largest = (differences: number[]): number => Math.max(...differences.map(Math.abs));

describe("bfloat16 is Keras's mixed_bfloat16", () => {
  it.each(Object.keys(NETWORKS))('%s', (name) => {
    const [ours, keras] = [results.ours.steps[name].losses, results.keras.steps[name].losses];
    const exact = results.ours.steps[`${name}, float32`].losses;
    const ofKeras = ours.map((loss, step) => loss - keras[step]);
    const ofFloat32 = ours.map((loss, step) => loss - exact[step]);
    // A bfloat16 has 8 bits: 0.4 % of a number, averaged over many.
    expect(Math.abs(ofKeras[0]) / keras[0]).toBeLessThan(3e-3);
    expect(largest(ofKeras)).toBeLessThan(0.03 * keras[0]);
    // Yet it isn't float32.
    expect(Math.abs(ofFloat32[0])).toBeGreaterThan(1e-6);
    expect(ours.at(-1)).toBeLessThan(0.8 * ours[0]);
  });
});
