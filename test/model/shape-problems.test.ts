import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/config/text/tree.js';
import { checkShapes } from '../../src/model/shapes.js';
import { type LayerFragment, resolveModel, shapeOf, shapeOfGiven } from './models.js';

const IMAGE = { height: 12, width: 10, channels: 3, classes: 10 };
const conv = (settings: Record<string, Json> = {}): LayerFragment => ({ type: 'conv2d', filters: 8, ...settings });
const end: LayerFragment[] = [{ type: 'flatten' }, { type: 'dense' }];

/** Pooled, and as large again. */
const halved = (layers: LayerFragment[] = []): LayerFragment[] => [
  { type: 'pooling2d' },
  ...(layers.length === 0 ? [] : [{ type: 'residual', merge: 'concatenate', layers }]),
  { type: 'upsampling2d' },
];

function problemsOf(layers: LayerFragment[], shared: Record<string, Json> = {}) {
  return checkShapes(resolveModel(layers, shared), shapeOf(IMAGE));
}

const pathsOf = (layers: LayerFragment[]): string[] => problemsOf(layers).map(({ path }) => path.join('.'));

describe('checkShapes', () => {
  it('has nothing to say of a model that can be built', () => {
    expect(problemsOf([conv(), { type: 'pooling2d' }, ...end])).toEqual([]);
  });

  it.each<[string, LayerFragment[], string, string]>([
    ['a kernel larger than the image', [conv({ kernel_size: [3, 11] }), ...end], '0.kernel_size', 'at most 12×10'],
    ['a dilated kernel', [conv({ kernel_size: 4, dilation_rate: 4 }), ...end], '0.kernel_size', '13×13 (4×4, dilated)'],
    ['a pooling window', [conv(), { type: 'pooling2d', pool_size: [2, 9] }, ...end], '1.pool_size', 'at most 10×8'],
    ['groups', [conv({ groups: 2 }), ...end], '0.groups', 'a divisor of 3'],
    ['a forgotten flatten', [conv(), { type: 'dense' }], '1', 'put "- type: flatten"'],
    ['an image layer after a flatten', [{ type: 'flatten' }, conv(), ...end], '1', 'move it before the flatten'],
    ['too few units', [{ type: 'flatten' }, { type: 'dense', units: 9 }], '1.units', 'for 10 classes'],
    ['no output layer', [conv()], '0', 'end with "- type: dense"'],
    ['nothing at all', [{ type: 'pooling2d', pooling: 'none' }], '', 'end with "- type: dense"'],
    ['what follows the softmax', [...end, { type: 'dropout', rate: 0.5 }], '2', 'comes after the softmax'],
    [
      'pooling of probabilities',
      [conv({ filters: 10, activation: 'softmax' }), { type: 'global_pooling2d' }],
      '1',
      'comes after the softmax',
    ],
    [
      'an identity of another shape',
      [{ type: 'residual', shortcut: 'identity', layers: [conv({ padding: 'same' })] }, ...end],
      '0.shortcut',
      'shortcut: auto',
    ],
    [
      'cropping of all of an image',
      [{ type: 'cropping2d', cropping: [6, 0] }, ...end],
      '0.cropping',
      'less than 12 rows',
    ],
    [
      'layers beside which their input can not stand',
      [{ type: 'residual', merge: 'concatenate', shortcut: 'identity', layers: [conv()] }, ...end],
      '0.shortcut',
      'padding: same',
    ],
    [
      'an image that can not be halved twice',
      [{ type: 'residual', merge: 'concatenate', layers: halved(halved()) }, ...end],
      '0',
      'a height and width that 4 divides, such as 12×12 or 12×8',
    ],
    [
      'a shape that no projection reaches',
      [{ type: 'residual', layers: [conv()] }, ...end],
      '0.shortcut',
      'padding: same',
    ],
    [
      'a layer within a residual',
      [{ type: 'residual', layers: [conv({ padding: 'same' }), conv({ groups: 5, padding: 'same' })] }, ...end],
      '0.layers.1.groups',
      'a divisor of 8',
    ],
    [
      'prelu over an axis too many',
      [
        { type: 'flatten' },
        { type: 'dense', units: 5, activation: { name: 'prelu', shared_axes: [2] } },
        { type: 'dense' },
      ],
      '1.activation',
      'from 1 to 1',
    ],
    ['the name of the input', [conv({ name: 'input' }), ...end], '0.name', 'another name'],
    [
      'far too many weights',
      [{ type: 'flatten' }, { type: 'dense', units: 1_000_000 }, { type: 'dense', units: 1000 }, { type: 'dense' }],
      '2',
      'weights, most of them in "dense_1"',
    ],
    [
      'branches of different sizes',
      [{ type: 'parallel', branches: [[conv()], [conv({ padding: 'same' })]] }, ...end],
      '0.branches',
      'padding: same',
    ],
    ['a layer of sequences', [{ type: 'conv1d', filters: 8 }, ...end], '0', 'for images there are conv2d'],
    ['an embedding of an image', [{ type: 'embedding', output_dim: 8 }, ...end], '0', 'needs the words of a text'],
    [
      'a layer within a branch',
      [{ type: 'parallel', branches: [[], [conv({ groups: 2, padding: 'same' })]] }, ...end],
      '0.branches.1.0.groups',
      'a divisor of 3',
    ],
  ])('finds %s', (_, layers, place, text) => {
    const [problem, ...others] = problemsOf(layers);
    expect(others).toEqual([]);
    expect(problem.path.join('.')).toBe(['model', 'layers', ...(place ? [place] : [])].join('.'));
    expect(Object.values(problem).join('\n')).toContain(text);
  });

  it.each<[string, LayerFragment[], string, string]>([
    ['numbers of words taken for amounts', [{ type: 'dense' }], '0', '{type: embedding'],
    ['too few vectors', [{ type: 'embedding', output_dim: 8, input_dim: 5 }, ...end], '0.input_dim', 'at least 9'],
    ['no pooling over time', [{ type: 'embedding', output_dim: 8 }, { type: 'dense' }], '1', 'global_pooling1d'],
    [
      'a kernel longer than the text',
      [{ type: 'embedding', output_dim: 8 }, { type: 'conv1d', filters: 2, kernel_size: 12 }, ...end],
      '1.kernel_size',
      'at most 11',
    ],
  ])('finds in a model of a text %s', (_, layers, place, text) => {
    const [problem, ...others] = checkShapes(resolveModel(layers), shapeOfGiven('words'));
    expect(others).toEqual([]);
    expect(problem.path.join('.')).toBe(`model.layers.${place}`);
    expect(Object.values(problem).join('\n')).toContain(text);
  });

  it('finds several mistakes at once, but none that only follows from another', () => {
    const large = conv({ kernel_size: 20 });
    expect(pathsOf([large, conv(), conv({ groups: 5 }), { type: 'dense', units: 3 }])).toEqual([
      'model.layers.0.kernel_size',
      'model.layers.2.groups',
      'model.layers.3',
      'model.layers.3.units',
    ]);
  });

  it('takes a softmax within the network for what it is', () => {
    expect(problemsOf([conv({ activation: 'softmax' }), ...end])).toEqual([]);
  });

  it('finds the shapes of padded layers and of those left out', () => {
    const layers = [conv({ kernel_size: 12, padding: 'same' }), { type: 'pooling2d', pool_size: 50 }, ...end];
    expect(problemsOf(layers, { pooling: 'none' })).toEqual([]);
  });
});
