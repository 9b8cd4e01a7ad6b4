import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.js';
import { loadModel, saveModel } from '../../src/model/save.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { askPython } from '../support/python.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { IMAGES, resolveClassifier, resolveModel, shapeOf, shapeOfGiven } from './models.js';
import { PARITY_CASES, type ParityCase } from './parity-cases.js';
import { drawImages, drawInputs, drawWeight } from './parity.js';

const CASES: Record<string, ParityCase> = {
  ...PARITY_CASES,
  dropout: {
    layers: [
      { type: 'dropout', rate: 0.5 },
      { type: 'spatial_dropout2d', rate: 0.5 },
    ],
  },
};

let runtime: Runtime;
let root: string;

beforeAll(async () => {
  runtime = await startTensorFlow();
  root = mkdtempSync(join(tmpdir(), 'ablate-models-'));
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A model whose weights are like trained ones: no zero biases, no averages of 0 and 1. */
function modelOf({ layers, shared, of: given = 'images' }: ParityCase): tf.LayersModel {
  const random = new StepRandom(runtime);
  const { model } = buildModel(resolveClassifier(layers, shared), shapeOfGiven(given), { seed: 1, random });
  for (const weight of model.weights) weight.write(drawWeight(weight)[1]);
  return model;
}

const smallModel = (): tf.LayersModel => modelOf({ layers: [{ type: 'conv2d', filters: 2 }] });

describe('a saved model', () => {
  it('predicts the same in a program that has only tfjs', async () => {
    const inputs = Object.values(CASES).map(({ of: given = 'images' }) => tf.unstack(drawInputs(given))[0]);
    const directories = Object.keys(CASES).map((_, index) => join(root, `case-${index}`));
    const expected: number[][] = [];
    for (const [index, each] of Object.values(CASES).entries()) {
      const model = modelOf(each);
      await saveModel(model, directories[index], {});
      expected.push([...(model.predict(inputs[index]) as tf.Tensor).dataSync()]);
      model.dispose();
    }
    const program = fileURLToPath(new URL('plain-tfjs.js', import.meta.url));
    const question = directories.map((directory, index) => {
      const { shape, dtype } = inputs[index];
      return { directory, shape, dtype, values: [...inputs[index].dataSync()] };
    });
    const answers = await askPython<number[][]>(process.execPath, program, question);
    for (const [index, name] of Object.keys(CASES).entries()) {
      const scale = Math.max(1, ...expected[index].map(Math.abs));
      const differences = answers[index].map((value, at) => Math.abs(value - expected[index][at]) / scale);
      expect(Math.max(...differences), name).toBeLessThan(1e-5);
    }
  });

  it('ends in probabilities', async () => {
    const config = resolveModel([{ type: 'flatten' }, { type: 'dense' }]);
    const { model } = buildModel(config, shapeOf(IMAGES), { seed: 1, random: new StepRandom(runtime) });
    await saveModel(model, join(root, 'softmax'), {});
    const loaded = await loadModel(join(root, 'softmax'));
    const rows = tf.sum(loaded.model.predict(tf.unstack(drawImages())[0]) as tf.Tensor, 1).dataSync();
    for (const row of rows) expect(row).toBeCloseTo(1, 6);
  });
});

describe('loadModel', () => {
  it('gives back the model and what was saved with it', async () => {
    const [model, images] = [smallModel(), tf.unstack(drawImages())[0]];
    const metadata = { classes: ['cat', 'dog', 'bird'], normalization: { mean: [0], standardDeviation: [255] } };
    await saveModel(model, join(root, 'metadata'), metadata);
    const loaded = await loadModel(join(root, 'metadata'));
    expect(loaded.userMetadata).toEqual(metadata);
    const [before, after] = [model, loaded.model].map((each) => (each.predict(images) as tf.Tensor).dataSync());
    expect(after).toEqual(before);
  });

  it.each([
    [
      'is not there',
      (directory: string) => {
        rmSync(directory, { recursive: true });
      },
      'model-not-found',
      'no model',
    ],
    [
      'has no weights',
      (directory: string) => {
        rmSync(join(directory, 'weights.bin'));
      },
      'model-not-found',
      'weights.bin',
    ],
    [
      'is cut off',
      (directory: string) => {
        truncateSync(join(directory, 'weights.bin'), 100);
      },
      'model-invalid',
      '100 bytes',
    ],
    [
      'is no JSON',
      (directory: string) => {
        writeFileSync(join(directory, 'model.json'), '{');
      },
      'model-invalid',
      'no JSON',
    ],
    [
      'is another JSON',
      (directory: string) => {
        writeFileSync(join(directory, 'model.json'), '[]');
      },
      'model-invalid',
      'no layers',
    ],
    [
      'points elsewhere',
      (directory: string) => {
        edit(directory, 'weights.bin', '../secret');
      },
      'model-invalid',
      '../secret',
    ],
    [
      'has unknown layers',
      (directory: string) => {
        edit(directory, 'Conv2D', 'Conv9D');
      },
      'model-invalid',
      'Conv9D',
    ],
  ])('says so if the model %s', async (name, spoil, code, text) => {
    const directory = join(root, name);
    await saveModel(smallModel(), directory, {});
    spoil(directory);
    const error = (await loadModel(directory).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ name: 'UserError', code });
    expect(error.message).toContain(text);
  });
});

function edit(directory: string, from: string, to: string): void {
  const file = join(directory, 'model.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to));
}

describe('loadModel', () => {
  it.each([null, 'kernel', { name: 'kernel' }, { name: 'a', dtype: 'float32', shape: [-1] }])(
    'refuses %j in the place of a weight',
    async (weight) => {
      const directory = join(root, 'null-weight');
      await saveModel(smallModel(), directory, {});
      const json = JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8')) as {
        weightsManifest: { weights: unknown[] }[];
      };
      json.weightsManifest[0].weights[0] = weight;
      writeFileSync(join(directory, 'model.json'), JSON.stringify(json));
      await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model-invalid' });
    },
  );
});

describe('saveModel', () => {
  it('replaces what was there, and leaves nothing beside it', async () => {
    const parent = join(root, 'run');
    mkdirSync(join(parent, 'model'), { recursive: true });
    writeFileSync(join(parent, 'model', 'old.txt'), '');
    await saveModel(smallModel(), join(parent, 'model'), { attempt: 1 });
    await saveModel(smallModel(), join(parent, 'model'), { attempt: 2 });
    expect(readdirSync(parent)).toEqual(['model']);
    expect(readdirSync(join(parent, 'model')).sort()).toEqual(['model.json', 'weights.bin']);
    expect((await loadModel(join(parent, 'model'))).userMetadata).toEqual({ attempt: 2 });
  });

  it('keeps the old model if the new one can not be saved', async () => {
    const directory = join(root, 'kept');
    await saveModel(smallModel(), directory, { attempt: 1 });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(saveModel(smallModel(), directory, circular)).rejects.toThrow();
    expect((await loadModel(directory)).userMetadata).toEqual({ attempt: 1 });
  });
});
