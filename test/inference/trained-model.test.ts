import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTrainedModel } from '../../src/inference/trained-model.js';
import { emptyRun, temporaryFolder } from '../support/runs.js';

const description = {
  modelTopology: { config: { layers: [{ config: { batch_input_shape: [null, 8, 6, 3] } }] } },
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
  it('takes the id of a run, the beginning of it, the folder of the run and that of the model', () => {
    const run = emptyRun();
    writeModel(run.model);
    const runs = join(run.path, '..');
    const expected = {
      name: run.id,
      directory: run.model,
      run: run.path,
      height: 8,
      width: 6,
      channels: 3,
      ...description.userDefinedMetadata,
    };
    expect(findTrainedModel(runs, run.id)).toEqual(expected);
    expect(findTrainedModel(runs, run.id.slice(0, 9))).toEqual(expected);
    expect(findTrainedModel('elsewhere', run.path)).toEqual(expected);
    expect(findTrainedModel('elsewhere', run.model)).toEqual(expected);
  });

  it('takes a model that lies in no run', () => {
    const folder = writeModel(join(temporaryFolder(), 'digits'));
    expect(findTrainedModel('runs', folder)).toMatchObject({ name: 'digits', classes: ['cat', 'dog'] });
    expect(findTrainedModel('runs', folder)).not.toHaveProperty('run');
  });

  it('names what is missing', () => {
    const run = emptyRun();
    const runs = join(run.path, '..');
    expect(() => findTrainedModel(runs, run.id)).toThrow(
      expect.objectContaining({ code: 'model-not-found', message: `${run.id} has no trained model` }),
    );
    expect(() => findTrainedModel(runs, 'nothing')).toThrow(expect.objectContaining({ code: 'run-not-found' }));
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['null', 'null'],
    ['no shape', { ...description, modelTopology: {} }],
    [
      'a shape that is none',
      { ...description, modelTopology: { config: { layers: [{ config: { batch_input_shape: [null, 8, -6, 3] } }] } } },
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
    expect(() => findTrainedModel('runs', folder)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  });

  it('goes through links, as runs may lie on another disk', () => {
    const folder = temporaryFolder();
    writeModel(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(findTrainedModel('runs', join(folder, 'link')).name).toBe('link');
  });
});
