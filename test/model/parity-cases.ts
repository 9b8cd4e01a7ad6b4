import type { ActivationConfig } from '../../src/config/schema/experiment.generated.js';
import type { Json } from '../../src/config/text/tree.js';
import { type Given, type LayerFragment, choiceName } from './models.js';

/** A model to compare with Keras's of the same layers and weights. */
export interface ParityCase {
  layers: LayerFragment[];
  shared?: Record<string, Json>;
  /** Images unless told. */
  of?: Given;
}

const activations: ActivationConfig[] = [
  'relu',
  'relu6',
  'selu',
  'swish',
  'sigmoid',
  'tanh',
  'softplus',
  'linear',
  'softmax',
  { name: 'leaky_relu', negative_slope: 0.1 },
  { name: 'elu', alpha: 1 },
  { name: 'elu', alpha: 0.3 },
  { name: 'gelu', approximate: false },
  { name: 'gelu', approximate: true },
  { name: 'prelu', shared_axes: null },
  { name: 'prelu', shared_axes: [1, 2] },
];

const conv = (settings: Record<string, Json> = {}): LayerFragment => ({ type: 'conv2d', filters: 6, ...settings });
const along = (settings: Record<string, Json> = {}): LayerFragment => ({ type: 'conv1d', filters: 6, ...settings });
const up = (filters: number): LayerFragment => ({
  type: 'conv2d_transpose',
  filters,
  kernel_size: 2,
  strides: 2,
  activation: 'linear',
});
const beside = (layers: LayerFragment[]): LayerFragment => ({ type: 'residual', merge: 'concatenate', layers });
const embedded = (settings: Record<string, Json> = {}): LayerFragment => ({
  type: 'embedding',
  output_dim: 5,
  ...settings,
});
const average: LayerFragment = { type: 'global_pooling1d', pooling: 'average' };
const regularized = { kernel_regularizer: { l1: 0.01, l2: 0.02 } };

/** Every type of layer, each in several settings; each case ends in a dense layer. */
export const PARITY_CASES: Record<string, ParityCase> = {
  ...Object.fromEntries(
    activations.map((activation) => [choiceName(activation), { layers: [conv({ activation: activation as Json })] }]),
  ),
  'conv2d, rectangular, strided': { layers: [conv({ kernel_size: [3, 2], strides: [2, 1] })] },
  'conv2d, same, strided': { layers: [conv({ kernel_size: [2, 5], strides: [1, 2], padding: 'same' })] },
  'conv2d, dilated': { layers: [conv({ dilation_rate: [2, 3], kernel_size: [3, 2] })] },
  'conv2d, dilated, same': { layers: [conv({ dilation_rate: 2, padding: 'same', activation: 'linear' })] },
  'conv2d, grouped': { layers: [conv({ groups: 2, activation: 'tanh' })], shared: regularized },
  'conv2d, grouped, dilated, strided': {
    layers: [conv({ groups: 2, strides: 2, padding: 'same' }), conv({ groups: 3, dilation_rate: 2, padding: 'same' })],
  },
  'conv2d, no bias': { layers: [conv({ use_bias: false })], shared: regularized },
  depthwise_conv2d: { layers: [{ type: 'depthwise_conv2d', depth_multiplier: 2 }], shared: regularized },
  'depthwise_conv2d, strided, same': {
    layers: [{ type: 'depthwise_conv2d', kernel_size: [2, 3], strides: 2, padding: 'same', activation: 'elu' }],
  },
  'depthwise_conv2d, dilated': {
    layers: [{ type: 'depthwise_conv2d', dilation_rate: 2, depth_multiplier: 2, padding: 'same' }],
    shared: regularized,
  },
  separable_conv2d: { layers: [{ type: 'separable_conv2d', filters: 5 }], shared: regularized },
  'separable_conv2d, dilated, deep': {
    layers: [{ type: 'separable_conv2d', filters: 5, depth_multiplier: 2, dilation_rate: [1, 2], padding: 'same' }],
  },
  'separable_conv2d, strided': {
    layers: [{ type: 'separable_conv2d', filters: 5, strides: 2, padding: 'same', activation: 'gelu' }],
  },
  'zero padding': { layers: [{ type: 'zero_padding2d' }, conv()] },
  'zero padding, of each axis': { layers: [conv(), { type: 'zero_padding2d', padding: [0, 3] }] },
  'zero padding, of each side': {
    layers: [
      {
        type: 'zero_padding2d',
        padding: [
          [1, 2],
          [0, 3],
        ],
      },
      conv(),
    ],
  },
  cropping: { layers: [conv(), { type: 'cropping2d', cropping: [1, 2] }] },
  'cropping, of each side': {
    layers: [
      {
        type: 'cropping2d',
        cropping: [
          [1, 2],
          [0, 3],
        ],
      },
      conv(),
    ],
  },
  conv2d_transpose: { layers: [conv(), { type: 'conv2d_transpose', filters: 5 }], shared: regularized },
  'conv2d_transpose, strided, same': {
    layers: [
      { type: 'conv2d_transpose', filters: 5, kernel_size: [2, 3], strides: 2, padding: 'same', activation: 'tanh' },
      conv(),
    ],
    shared: { batch_normalization: true },
  },
  'conv2d_transpose, strides beyond the kernel': {
    layers: [conv({ strides: 2 }), { type: 'conv2d_transpose', filters: 5, kernel_size: [1, 4], strides: [2, 3] }],
  },
  upsampling: { layers: [conv({ strides: 2 }), { type: 'upsampling2d' }, conv()] },
  'upsampling, of each axis': { layers: [conv({ strides: 3 }), { type: 'upsampling2d', size: [1, 3] }, conv()] },
  ...Object.fromEntries(
    ([2, [3, 1], [4, 5]] as Json[]).map((size) => [
      `upsampling, bilinear ${JSON.stringify(size)}`,
      { layers: [conv({ strides: 2 }), { type: 'upsampling2d', size, interpolation: 'bilinear' }, conv()] },
    ]),
  ),
  'max pooling': { layers: [conv(), { type: 'pooling2d' }] },
  'max pooling, same, overlapping': {
    layers: [conv(), { type: 'pooling2d', pool_size: [3, 2], strides: [2, 1], padding: 'same' }],
  },
  'average pooling': { layers: [conv(), { type: 'pooling2d', pooling: 'average' }] },
  'average pooling, same, overlapping': {
    layers: [conv(), { type: 'pooling2d', pooling: 'average', pool_size: 3, strides: 2, padding: 'same' }],
  },
  'strided pooling': { layers: [conv(), { type: 'pooling2d', pooling: 'strided', pool_size: [2, 3] }] },
  'no pooling': { layers: [conv(), { type: 'pooling2d', pooling: 'none' }] },
  'global average pooling': { layers: [conv(), { type: 'global_pooling2d' }] },
  'global max pooling': { layers: [conv(), { type: 'global_pooling2d', pooling: 'max' }] },
  // Overlapping windows repeat a maximum, which then shares its gradient.
  'global max pooling of equal maxima': {
    layers: [
      conv(),
      { type: 'pooling2d', pool_size: 3, strides: 1, padding: 'same' },
      { type: 'global_pooling2d', pooling: 'max' },
    ],
  },
  dense: {
    layers: [{ type: 'flatten' }, { type: 'dense', units: 7, activation: 'swish' }, { type: 'dense', units: 5 }],
    shared: { kernel_regularizer: { l1: 0, l2: 0.1 } },
  },
  'batch normalization of images': {
    layers: [conv({ activation: 'linear', use_bias: false }), { type: 'batch_normalization' }],
  },
  'batch normalization of vectors': {
    layers: [{ type: 'flatten' }, { type: 'dense', units: 7 }, { type: 'batch_normalization', momentum: 0.8 }],
  },
  'batch normalization without scale': {
    layers: [conv(), { type: 'batch_normalization', scale: false, epsilon: 0.01 }],
  },
  'batch normalization without center': { layers: [conv(), { type: 'batch_normalization', center: false }] },
  'batch normalization, frozen': {
    layers: [conv({ trainable: false }), { type: 'batch_normalization', trainable: false }, conv()],
    shared: regularized,
  },
  'batch normalization within layers': {
    layers: [conv(), { type: 'flatten' }, { type: 'dense', units: 7, activation: 'gelu' }],
    shared: { batch_normalization: true },
  },
  'layer normalization of images': { layers: [conv(), { type: 'layer_normalization' }] },
  'layer normalization of vectors': {
    layers: [{ type: 'flatten' }, { type: 'dense', units: 7 }, { type: 'layer_normalization', epsilon: 0.1 }],
  },
  'layer normalization, bare': { layers: [conv(), { type: 'layer_normalization', scale: false, center: false }] },
  'activation layer': { layers: [conv({ activation: 'linear' }), { type: 'activation', activation: 'softplus' }] },
  'residual, identity': {
    layers: [
      conv(),
      { type: 'residual', layers: [conv({ padding: 'same' }), conv({ kernel_size: 1, activation: 'linear' })] },
    ],
  },
  'residual, projection': {
    layers: [{ type: 'residual', layers: [conv({ padding: 'same', strides: 2 }), conv({ padding: 'same' })] }],
    shared: { batch_normalization: true, ...regularized },
  },
  'residual, concatenated': { layers: [conv(), beside([conv({ padding: 'same', activation: 'tanh' })])] },
  'residual, concatenated, projection': { layers: [beside([conv({ padding: 'same', strides: 2 })])] },
  'a U-Net (Ronneberger et al., 2015)': {
    layers: [
      { type: 'zero_padding2d', padding: [[1, 2], 0] },
      conv(),
      beside([
        { type: 'pooling2d' },
        conv({ filters: 8 }),
        beside([{ type: 'pooling2d' }, conv({ filters: 10 }), up(8)]),
        conv({ filters: 8 }),
        up(6),
      ]),
      conv(),
    ],
    shared: { padding: 'same', batch_normalization: true },
  },
  'residual, empty': { layers: [{ type: 'residual', layers: [{ type: 'pooling2d', pooling: 'none' }] }] },
  'residual of vectors': {
    layers: [{ type: 'flatten' }, { type: 'residual', activation: 'tanh', layers: [{ type: 'dense', units: 7 }] }],
  },
  'residual, frozen': {
    layers: [conv(), { type: 'residual', trainable: false, layers: [conv({ padding: 'same' })] }],
    shared: { batch_normalization: true },
  },

  conv1d: { of: 'sequences', layers: [along()], shared: regularized },
  'conv1d, strided, same': {
    of: 'sequences',
    layers: [along({ kernel_size: 4, strides: 2, padding: 'same', activation: 'tanh' })],
  },
  'conv1d, dilated, normalized': {
    of: 'sequences',
    layers: [along({ kernel_size: 2, dilation_rate: 3 })],
    shared: { batch_normalization: true },
  },
  separable_conv1d: {
    of: 'sequences',
    layers: [{ type: 'separable_conv1d', filters: 5, depth_multiplier: 2 }],
    shared: regularized,
  },
  'separable_conv1d, strided, same': {
    of: 'sequences',
    layers: [{ type: 'separable_conv1d', filters: 5, strides: 3, padding: 'same', activation: 'swish' }],
  },
  'separable_conv1d, dilated': {
    of: 'sequences',
    layers: [{ type: 'separable_conv1d', filters: 5, dilation_rate: 2, kernel_size: 2 }],
  },
  'max pooling along a sequence': { of: 'sequences', layers: [along(), { type: 'pooling1d' }] },
  'max pooling along a sequence, same, overlapping': {
    of: 'sequences',
    layers: [along({ activation: 'swish' }), { type: 'pooling1d', pool_size: 3, strides: 2, padding: 'same' }],
  },
  'average pooling along a sequence, same, overlapping': {
    of: 'sequences',
    layers: [along(), { type: 'pooling1d', pooling: 'average', pool_size: 4, strides: 3, padding: 'same' }],
  },
  'strided pooling along a sequence': { of: 'sequences', layers: [along(), { type: 'pooling1d', pooling: 'strided' }] },
  'global max pooling along a sequence': { of: 'sequences', layers: [along(), { type: 'global_pooling1d' }] },
  'global average pooling along a sequence': { of: 'sequences', layers: [along(), average] },
  'dense of each step': {
    of: 'sequences',
    layers: [{ type: 'dense', units: 7 }, { type: 'layer_normalization' }],
    shared: regularized,
  },
  'residual, projection of sequences': {
    of: 'sequences',
    layers: [{ type: 'residual', layers: [along({ padding: 'same', strides: 2 }), along({ padding: 'same' })] }],
    shared: { batch_normalization: true, ...regularized },
  },
  embedding: { of: 'words', layers: [embedded({ embeddings_regularizer: { l1: 0.01, l2: 0.02 } })] },
  'embedding, frozen, of more words': { of: 'words', layers: [embedded({ input_dim: 20, trainable: false }), along()] },
  'embedding, of more words than a batch reads': {
    of: 'words',
    layers: [embedded({ input_dim: 500 }), along(), average],
  },
  'embedding, padding left out': { of: 'words', layers: [embedded({ mask_zero: true }), average] },
  'embedding, padding left out beyond dense layers': {
    of: 'words',
    layers: [embedded({ mask_zero: true }), { type: 'residual', layers: [{ type: 'dense', units: 5 }] }, average],
  },
  'embedding, padding forgotten by a convolution': {
    of: 'words',
    layers: [embedded({ mask_zero: true }), along(), average],
  },
  'parallel: kernels of several sizes (Kim, 2014)': {
    of: 'words',
    layers: [
      embedded(),
      {
        type: 'parallel',
        branches: [3, 4, 5].map((size) => [along({ kernel_size: size }), { type: 'global_pooling1d' }]),
      },
    ],
  },
  'parallel: the input beside a convolution': {
    layers: [{ type: 'parallel', branches: [[], [], [conv({ padding: 'same' }), conv({ padding: 'same' })]] }],
  },
  ...Object.fromEntries(
    ['add', 'multiply', 'maximum', 'average'].map((merge) => [
      `parallel, ${merge}`,
      { layers: [{ type: 'parallel', merge, branches: [[conv()], [conv({ activation: 'tanh' })], [conv()]] }] },
    ]),
  ),
  'position embedding': {
    of: 'words',
    layers: [embedded(), { type: 'position_embedding' }, along(), { type: 'global_pooling1d' }],
  },
  'attention of a sequence with itself': {
    of: 'sequences',
    layers: [{ type: 'multi_head_attention', num_heads: 3, key_dim: 5, value_dim: 2 }],
    shared: regularized,
  },
  'attention, one head, no bias': {
    of: 'sequences',
    layers: [{ type: 'multi_head_attention', num_heads: 1, key_dim: 4, use_bias: false }, average],
  },
  'a transformer block that leaves padding out (Vaswani et al., 2017)': {
    of: 'words',
    layers: [
      embedded({ mask_zero: true }),
      { type: 'position_embedding' },
      {
        type: 'residual',
        activation: 'linear',
        layers: [{ type: 'multi_head_attention', num_heads: 2, key_dim: 3 }],
      },
      { type: 'layer_normalization', epsilon: 0.000001 },
      {
        type: 'residual',
        activation: 'linear',
        layers: [
          { type: 'dense', units: 7 },
          { type: 'dense', units: 5, activation: 'linear' },
        ],
      },
      { type: 'layer_normalization' },
      average,
    ],
  },
};
