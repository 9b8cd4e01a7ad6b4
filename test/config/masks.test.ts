import { describe, expect, it } from 'vitest';
import { loadExperimentObject } from '../../src/config/load.js';

const image = { type: 'image', image_size: 8 };
const mask = { type: 'mask', classes: ['background', 'cell'] };

function load(dataset: object, training: object = {}): unknown {
  const experiment = {
    name: 'x',
    dataset: { name: 'table', path: 'x.csv', inputs: { photo: image }, target: { m: mask }, ...dataset },
    model: { layers: [{ type: 'conv2d', filters: 2, kernel_size: 1 }, { type: 'flatten' }, { type: 'dense' }] },
    training,
  };
  return loadExperimentObject(experiment, { directory: '/' }).config.dataset;
}

describe('a target of masks', () => {
  it('may be of the one image among several inputs', () => {
    expect(() => load({ inputs: { photo: image, area: { type: 'number' } } })).not.toThrow();
  });

  it.for<[string, object, object, string]>([
    ['without classes', { target: { m: 'mask' } }, {}, 'classes'],
    ['without an image', { inputs: { x: { type: 'number' } } }, {}, 'a mask, and no image that it is of'],
    ['with two images', { inputs: { a: image, b: image } }, {}, 'a mask beside several images'],
    ['with too few values', { target: { m: { ...mask, values: [0, 1, 2] } } }, {}, '3 values of 2 classes'],
    ['with some classes of rows', { classes: ['a', 'b'] }, {}, 'classes of rows whose target is a mask'],
    ['with oversampling', {}, { oversampling: 'balanced' }, 'oversampling of a target of type mask'],
    ['beside a second target', { target: { m: mask, n: { type: 'number' } } }, {}, 'a target of type mask beside others'], // prettier-ignore
  ])('is refused %s', ([, dataset, training, problem]) => {
    expect(() => load(dataset, training)).toThrow(problem);
  });
});
