import { describe, expect, it } from 'vitest';
import { loadExperimentObject } from '../../src/config/load.js';

const image = { type: 'image', image_size: 8 };
const mask = { type: 'mask', classes: ['background', 'cell'] };

function load(dataset: { inputs: object; target: object }, augmentation: object): void {
  const isOfMasks = JSON.stringify(dataset.target).includes('mask');
  const experiment = {
    name: 'x',
    dataset: { name: 'table', path: 'x.csv', ...dataset },
    model: { layers: isOfMasks ? [{ type: 'conv2d', kernel_size: 1 }] : [{ type: 'flatten' }, { type: 'dense' }] },
    augmentation,
  };
  loadExperimentObject(experiment, { directory: '/' });
}

describe('augmentation of a table', () => {
  const area = { type: 'number' };
  const of = (inputs: object, target: object, augmentation: object) => () => {
    load({ inputs, target }, augmentation);
  };
  const [flip, mixup] = [{ flip: { mode: 'horizontal' } }, { mixup: { alpha: 1 } }];

  it('is of images, alone or among other columns, whatever the target is', () => {
    const all = { ...flip, elastic: { alpha: 10 }, noise: { stddev: 0.1 }, cutout: { size: 2 } };
    for (const target of [{ m: mask }, { price: { type: 'number' } }, { kind: { type: 'category' } }]) {
      expect(of({ photo: image }, target, all)).not.toThrow();
      expect(of({ photo: image, area }, target, all)).not.toThrow();
    }
    expect(of({ front: image, back: image, area }, { price: { type: 'number' } }, all)).not.toThrow();
    expect(of({ photo: image }, { kind: { type: 'category' } }, mixup)).not.toThrow();
  });

  it.for<[string, object, object, object, string]>([
    ['masks mixed', { photo: image }, { m: mask }, mixup, 'mixup of images of a table'],
    ['rows mixed that have other columns', { photo: image, area }, { kind: { type: 'category' } }, mixup, 'mixup of images of a table'], // prettier-ignore
    ['numbers', { area }, { price: { type: 'number' } }, flip, 'flip of a table'],
    ['words of an image', { photo: image }, { m: mask }, { word_swap: 0.1 }, 'word_swap of images of a table'],
  ])('refuses %s', ([, inputs, target, augmentation, problem]) => {
    expect(of(inputs, target, augmentation)).toThrow(problem);
  });
});
