import { describe, expect, it } from 'vitest';
import { loadExperimentObject } from '../../src/config/load.js';

const image = { type: 'image', image_size: 8 };
const mask = { type: 'mask', classes: ['background', 'cell'] };

const conv = { type: 'conv2d', kernel_size: 1 };

function load(dataset: object, training: object = {}, model: object = { layers: [conv] }): unknown {
  const experiment = {
    name: 'x',
    dataset: { name: 'table', path: 'x.csv', inputs: { photo: image }, target: { m: mask }, ...dataset },
    model,
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
    ['with a colour of no class', { target: { m: { ...mask, colors: { background: [0, 0, 0], cel: [1, 2, 3] } } } }, {}, 'a colour of "cel", which is none of the classes'], // prettier-ignore
    ['with one colour twice', { target: { m: { ...mask, colors: { background: [0, 0, 0], cell: [0, 0, 0] } } } }, {}, 'the colour of "background", again'], // prettier-ignore
    ['with values beside colors', { target: { m: { ...mask, values: [0, 1], colors: { background: [0, 0, 0], cell: [1, 2, 3] } } } }, {}, 'values beside colors'], // prettier-ignore
    ['with a colour ignored among numbers', { target: { m: { ...mask, ignore_color: [0, 0, 0] } } }, {}, 'ignore_color without colors'], // prettier-ignore
    ['with some classes of rows', { classes: ['a', 'b'] }, {}, 'classes of rows whose target is a mask'],
    ['with oversampling', {}, { oversampling: 'balanced' }, 'oversampling of a target of type mask'],
    ['beside a second target', { target: { m: mask, n: { type: 'number' } } }, {}, 'a target of type mask beside others'], // prettier-ignore
    ['with smooth labels of Dice', {}, { loss: 'dice', label_smoothing: 0.1 }, 'label_smoothing with dice'],
    ['with a metric of classes', {}, { metrics: ['accuracy'] }, 'accuracy of a target of type mask'],
  ])('is refused %s', ([, dataset, training, problem]) => {
    expect(() => load(dataset, training)).toThrow(problem);
  });

  it.for<[string, object, string]>([
    ['a U-Net too wide', { count: 1, filters: 30000, filters_growth: 10 }, '300000 filters'],
  ])('is refused of %s', ([, blocks, problem]) => {
    expect(() => load({}, {}, { blocks: { ...blocks, decoder: 'upsampling2d' } })).toThrow(problem);
  });

  it('is learnt by Dice and the like, and measured by it', () => {
    expect(() => load({}, { loss: 'dice_crossentropy', early_stopping: { monitor: 'val_dice' } })).not.toThrow();
  });
});
