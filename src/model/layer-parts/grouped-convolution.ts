import * as tf from '@tensorflow/tfjs';
import type { Conv2D } from '../../config/schema/experiment.generated.js';
import { type Initializer, createInitializer } from '../initializers.js';
import { createRegularizer } from '../regularizers.js';
import { pair } from '../shape.js';
import { type KernelSettings, commonArguments, drawNamed, replaceProduct } from './kernel.js';
import { apply, replaceCall } from './standard-layer.js';
import { windowArguments } from './window.js';

/**
 * A convolution of groups of channels apart from each other: its input to its output. tfjs has none, and TensorFlow none
 * that trains on a CPU: each group's channels are cut out, convolved and put together again, by layers that every tfjs
 * has. The weights are drawn as one and cut as well, so that they are distributed as Keras's.
 */
export function applyGroupedConvolution(
  layer: Conv2D,
  settings: KernelSettings,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const { name, groups, filters = 0, kernel_size } = layer;
  const channels = settings.inputShape[2];
  const width = channels / groups;
  const kernel = drawNamed(layer, 'kernel', settings, [...pair(kernel_size), width, filters]);
  const bias = drawNamed(layer, 'bias', settings, [filters]);
  const outputs = Array.from({ length: groups }, (_, group) => {
    const part = (config: Conv2D['kernel_initializer'], values: Float32Array): Initializer =>
      createInitializer(config, () => columnsOf(values, filters, group, groups));
    const convolution = tf.layers.conv2d({
      ...commonArguments(layer, settings),
      ...windowArguments(layer),
      name: `${name}/group_${group}`,
      filters: filters / groups,
      kernelInitializer: part(layer.kernel_initializer, kernel),
      biasInitializer: part(layer.bias_initializer, bias),
      kernelRegularizer: createRegularizer(layer.kernel_regularizer),
    });
    const slice = channelSlice(`${name}/group_${group}/input`, group * width, width, channels);
    return apply(convolve(convolution, layer, settings), apply(slice, input));
  });
  return apply(tf.layers.concatenate({ name, axis: -1 }), outputs);
}

/** Lets a Conv2D of tfjs compute what its configuration says. */
export function convolve<L extends tf.layers.Layer>(
  convolution: L,
  layer: Conv2D,
  settings: Pick<KernelSettings, 'isPooledFirst'>,
): L {
  const { strides, padding, dilationRate } = windowArguments(layer);
  const product = (input: tf.Tensor, weight: (name: string) => tf.Tensor): tf.Tensor =>
    tf.conv2d(input as tf.Tensor4D, weight('kernel') as tf.Tensor4D, strides, padding, 'NHWC', dilationRate);
  return replaceProduct(convolution, layer, product, settings);
}

/** Keras's name of a weight, where each group, or each head of attention, has a part of it: `conv2d/group_1/kernel` is a part of `conv2d/kernel`. */
export function wholeWeightName(name: string): string {
  return name.replace(/\/(group|head)_\d+(?=\/)/, '');
}

/** Cropping2D takes the channels for the width of an image whose channels come first. */
function channelSlice(name: string, start: number, width: number, channels: number): tf.layers.Layer {
  const cropping: [[number, number], [number, number]] = [
    [0, 0],
    [start, channels - start - width],
  ];
  const layer = tf.layers.cropping2D({ name, cropping, dataFormat: 'channelsFirst' });
  return replaceCall(layer, (input) => tf.slice(input, [0, 0, 0, start], [-1, -1, -1, width]));
}

/** The columns of a row-major matrix that belong to one of several groups. */
function columnsOf(values: Float32Array, count: number, group: number, groups: number): Float32Array {
  const width = count / groups;
  return values.filter((_, index) => Math.floor((index % count) / width) === group);
}
