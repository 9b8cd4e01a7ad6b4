import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { valueName, withoutProbabilities } from '../../src/inference/class-values.js';
import { readAnyModel, readTrainedModel } from '../../src/inference/trained-model.js';
import { emptyRun, temporaryFolder } from '../support/runs.js';

const description = {
  modelTopology: {
    config: {
      layers: [
        { class_name: 'InputLayer', name: 'input', config: { batch_input_shape: [null, 8, 6, 3] } },
        { class_name: 'Activation', name: 'last', config: { activation: 'softmax' } },
      ],
      output_layers: [['last', 0, 0]],
    },
  },
  userDefinedMetadata: {
    classes: ['cat', 'dog'],
    normalization: { mean: [1, 2, 3], standardDeviation: [4, 5, 6] },
    dataset: { name: 'image_folder', digest: 'c0ffee' },
  },
};

function writeModel(folder: string, contents: unknown = description): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), typeof contents === 'string' ? contents : JSON.stringify(contents));
  return folder;
}

describe('finding a trained model', () => {
  it('takes the folder of a run, and that of its model', () => {
    const run = emptyRun();
    writeModel(run.model);
    const expected = {
      name: run.id,
      directory: run.model,
      run: run.path,
      height: 8,
      width: 6,
      channels: 3,
      background: [255, 255, 255],
      endsIn: 'softmax',
      ...description.userDefinedMetadata,
    };
    expect(readTrainedModel(run.path)).toEqual(expected);
    expect(readTrainedModel(run.model)).toEqual(expected);
  });

  it('takes a model that lies in no run', () => {
    const folder = writeModel(join(temporaryFolder(), 'digits'));
    expect(readTrainedModel(folder)).toMatchObject({ name: 'digits', classes: ['cat', 'dog'] });
    expect(readTrainedModel(folder)).not.toHaveProperty('run');
  });

  it('knows a model of rows by its columns, and asks no images of it', () => {
    const column = { name: 'area', type: 'number', shape: [1], missing: 'error', normalization: 'none' };
    const preparation = { fill: 0, isLog: false, hasIndicator: false, mean: 0, standardDeviation: 1 };
    const inputs = [{ column, preparation }];
    const target = { column: { name: 'price', type: 'number', classes: [] }, scale: { mean: 5, standardDeviation: 2 } };
    const write = (saved: object): string =>
      writeModel(join(temporaryFolder(), 'houses'), { ...description, userDefinedMetadata: saved });
    const folder = write({ inputs, target, dataset: { name: 'table', digest: 'd' } });
    expect(readAnyModel(folder)).toMatchObject({ name: 'houses', inputs, target, endsIn: 'softmax' });
    expect(() => readTrainedModel(folder)).toThrow('houses takes rows of a table');
    const whole = { inputs, target, dataset: { digest: 'd' } };
    const taking = (type: string, changed: object, prepared: unknown): object => ({
      ...whole,
      inputs: [{ column: { ...column, type, ...changed }, preparation: prepared }],
    });
    const telling = (type: string, classes: unknown): object => ({
      ...whole,
      target: { ...target, column: { name: 'price', type, classes } },
    });
    for (const saved of [
      ...[{ inputs }, { inputs: [{}], target, dataset: { digest: 'd' } }, { inputs, target }],
      ...[null, [], {}, { ...preparation, mean: 'x' }, { ...preparation, hasIndicator: true }].map((each) =>
        taking('number', {}, each),
      ),
      taking('category', {}, { categories: 1 }),
      taking('category', { categories: 7 }, { categories: 1 }),
      taking('category', { categories: ['a', 'b'], shape: [1] }, { categories: 2 }),
      taking('image', { shape: [2, 2, 3] }, { mean: [1], standardDeviation: [1] }),
      ...[telling('binary', ['a']), telling('category', []), telling('number', ['a'])],
    ])
      expect(() => readAnyModel(write(saved))).toThrow("doesn't say what columns it takes");
  });

  it.each([7, 'inputs', null, []])('refuses a model whose metadata are no object: %j', (kept) => {
    const folder = writeModel(join(temporaryFolder(), 'odd'), { ...description, userDefinedMetadata: kept });
    expect(() => readAnyModel(folder)).toThrow("doesn't say what images it takes");
  });

  it.each([
    ['Dense', { activation: 'softmax' }, 'softmax', 'probability'],
    ['Softmax', {}, 'softmax', 'probability'],
    ['Dense', { activation: 'linear' }, 'linear', 'output'],
    ['Activation', { activation: 'sigmoid' }, 'sigmoid', 'output'],
    ['GlobalAveragePooling2D', {}, 'GlobalAveragePooling2D', 'output'],
    [7, { activation: null }, 'an unknown layer', 'output'],
  ])('knows what a model ends in: %s %o', (class_name, config, endsIn, name) => {
    const [input] = description.modelTopology.config.layers;
    const layers = [{ class_name, name: 'a', config }, input, { class_name: 'Softmax', name: 'aside', config: {} }];
    const topology = { config: { layers: [input, ...layers], output_layers: [['a', 0, 0]] } };
    const folder = writeModel(join(temporaryFolder(), 'other'), { ...description, modelTopology: topology });
    const model = readTrainedModel(folder);
    expect(model.endsIn).toBe(endsIn);
    expect(valueName(model)).toBe(name);
    expect(withoutProbabilities(model)).toBe(
      name === 'probability'
        ? undefined
        : `the model ends in ${endsIn}, not in softmax: its outputs are not probabilities`,
    );
  });

  it('names what is missing', () => {
    const run = emptyRun();
    expect(() => readTrainedModel(run.path)).toThrow(
      expect.objectContaining({ code: 'model-not-found', message: `${run.id} has no trained model` }),
    );
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['null', 'null'],
    ['no shape', { ...description, modelTopology: {} }],
    ['layers that are no list', { ...description, modelTopology: { config: { layers: { at: 1 } } } }],
    ['a layer that is null', { ...description, modelTopology: { config: { layers: [null] } } }],
    [
      'a shape that is none',
      { ...description, modelTopology: { config: { layers: [{ config: { batch_input_shape: [null, 8, -6, 3] } }] } } },
    ],
    [
      'images of ten thousand million pixels',
      {
        ...description,
        modelTopology: { config: { layers: [{ config: { batch_input_shape: [null, 100_000, 100_000, 3] } }] } },
      },
    ],
    [
      'a background that is no colour',
      { ...description, userDefinedMetadata: { ...description.userDefinedMetadata, background: [0, 256, 0] } },
    ],
    ['no classes', { ...description, userDefinedMetadata: {} }],
    [
      'a normalization of other channels',
      {
        ...description,
        userDefinedMetadata: {
          ...description.userDefinedMetadata,
          normalization: { mean: [0], standardDeviation: [1] },
        },
      },
    ],
  ])('refuses a model.json with %s', (_, contents) => {
    const folder = writeModel(join(temporaryFolder(), 'bad'), contents);
    expect(() => readTrainedModel(folder)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  });

  it('goes through links, as runs may lie on another disk', () => {
    const folder = temporaryFolder();
    writeModel(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(readTrainedModel(join(folder, 'link')).name).toBe('link');
  });
});
