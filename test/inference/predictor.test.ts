import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Predictor } from '../../src/inference/predictor.js';
import { readTrainedModel } from '../../src/inference/trained-model.js';
import { buildModel } from '../../src/model/build.js';
import { saveModel } from '../../src/model/save.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { mostProbable } from '../../src/metrics/classification.js';
import { resolveClassifier, shapeOf } from '../model/models.js';
import { startTensorFlow } from '../support/tensorflow.js';

const NORMALIZATION = { mean: [10, 20, 30], standardDeviation: [50, 60, 70] };
const CLASSES = ['a', 'b', 'c'];

let runtime: Runtime;
let folder: string;
let model: tf.LayersModel;

beforeAll(async () => {
  runtime = await startTensorFlow();
  folder = mkdtempSync(join(tmpdir(), 'ablate-test-'));
  const shape = { height: 6, width: 5, channels: 3, classes: 3 };
  const layers = [
    { type: 'conv2d', filters: 4 },
    { type: 'flatten' },
    { type: 'dense', units: 3, activation: 'softmax' },
  ];
  const config = resolveClassifier(layers as Parameters<typeof resolveClassifier>[0]);
  ({ model } = buildModel({ ...config, layers: config.layers.slice(0, 3) }, shapeOf(shape), {
    seed: 1,
    random: new StepRandom(runtime),
  }));
  await saveModel(model, join(folder, 'model'), {
    classes: CLASSES,
    normalization: NORMALIZATION,
    dataset: { name: 'idx', digest: 'd' },
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const load = (): Promise<Predictor> => Predictor.load(runtime, readTrainedModel(join(folder, 'model')));

function draw(count: number): Uint8Array {
  const stream = randomStream(count, 'images');
  return Uint8Array.from({ length: count * 90 }, () => stream.below(256));
}

/** What the model that was saved says, given images that were normalized here. */
function expected(images: Uint8Array): number[] {
  return tf.tidy(() => {
    const pixels = tf.tensor(Float32Array.from(images), [images.length / 90, 6, 5, 3]);
    const normalized = tf.div(tf.sub(pixels, NORMALIZATION.mean), NORMALIZATION.standardDeviation);
    return [...(model.predict(normalized) as tf.Tensor).dataSync()];
  });
}

describe('a predictor', () => {
  it.each([1, 3, 4, 17, 300])('classifies %i images as the model does, with its normalization', async (count) => {
    const predictor = await load();
    const images = draw(count);
    const values = expected(images);
    const probabilities = predictor.predict(images);
    expect(probabilities).toHaveLength(count * CLASSES.length);
    probabilities.forEach((probability, index) => {
      expect(Math.abs(probability - values[index])).toBeLessThan(1e-5);
    });
  });

  it('says the same of an image whatever is asked with it', async () => {
    const predictor = await load();
    const images = draw(20);
    const together = predictor.predict(images);
    const alone = predictor.predict(images.subarray(7 * 90, 8 * 90));
    alone.forEach((probability, index) => {
      expect(Math.abs(probability - together[7 * 3 + index])).toBeLessThan(1e-6);
    });
  });

  it('leaves no tensors behind', async () => {
    const predictor = await load();
    predictor.warmUp(64);
    const before = runtime.tensorCount();
    for (let round = 0; round < 5; round++) predictor.predict(draw(70));
    expect(runtime.tensorCount()).toBe(before);
  });

  it('of nothing says nothing', async () => {
    expect((await load()).predict(new Uint8Array())).toHaveLength(0);
  });
});

it('the most probable class is the first of equal ones', () => {
  expect([...mostProbable(Float32Array.of(0.2, 0.4, 0.4, 0.9, 0.05, 0.05), 3)]).toEqual([1, 0]);
});
