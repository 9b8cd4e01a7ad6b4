import * as tf from '@tensorflow/tfjs';
import type { SeparableConv1D, SeparableConv2D } from '../../config/schema/experiment.generated.js';
import { asSequence } from '../shape.js';
import { kernelKind } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { separableConv2d } from './separable-conv2d.js';
import { convolvedLength, inheritedPair, sequenceProblems } from '../layer-parts/sequence-window.js';
import { apply } from '../layer-parts/standard-layer.js';

/** A depthwise convolution along a sequence, then one of a single step that mixes the channels (Keras SeparableConv1D). */
export const separableConv1d: LayerKind<SeparableConv1D> = {
  ...kernelKind(({ kernel_size, depth_multiplier, filters }, channels) => ({
    kernels: [kernel_size * channels * depth_multiplier, channels * depth_multiplier * filters],
    bias: filters,
  })),
  keyProblems: (layer) => [...inheritedPair(layer), ...sequenceProblems(layer)],
  outputShape(layer, input, report) {
    return [convolvedLength(layer, asSequence(layer, input, report)[0], report), layer.filters];
  },
  /** tfjs has none: the sequence is an image of one row, as it is to TensorFlow. */
  build(layer, [input], context) {
    const [length, channels] = context.inputShape;
    const row = tf.layers.reshape({ name: `${layer.name}/row`, targetShape: [1, length, channels] });
    const inputShape = [1, length, channels];
    const image = separableConv2d.build?.(ofRow(layer), [apply(row, input)], { ...context, inputShape });
    if (!image) throw new Error('internal: separable_conv2d is not built');
    const sequence = tf.layers.reshape({ name: `${layer.name}/sequence`, targetShape: image.shape.slice(2) });
    return apply(sequence, image);
  },
};

/** Both strides are the same, since TensorFlow has no others: a row has only one place. */
function ofRow(layer: SeparableConv1D): SeparableConv2D {
  const { kernel_size, strides, dilation_rate } = layer;
  return {
    ...layer,
    type: 'separable_conv2d',
    kernel_size: [1, kernel_size],
    strides,
    dilation_rate: [1, dilation_rate],
  };
}
