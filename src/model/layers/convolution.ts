import * as tf from '@tensorflow/tfjs';
import type { Conv2D, DepthwiseConv2D, SeparableConv2D } from '../../config/experiment.js';
import type { Initializer } from '../initializers.js';
import { pair } from '../output-shape.js';
import { type Regularizer, createRegularizer } from '../regularizers.js';
import { type KernelSettings, commonArguments, replaceProduct, weightInitializer } from './kernel.js';
import { apply, correctConfig, weightOf } from './standard-layer.js';

type Convolution = Conv2D | DepthwiseConv2D | SeparableConv2D;

/** Without groups; with them: `applyGroupedConvolution`. */
export function convolutionLayer(layer: Conv2D, settings: KernelSettings): tf.layers.Layer {
  const convolution = tf.layers.conv2d({
    ...commonArguments(layer, settings),
    ...windowArguments(layer),
    filters: layer.filters,
    kernelInitializer: weightInitializer(layer, 'kernel', settings),
    kernelRegularizer: createRegularizer(layer.kernel_regularizer),
  });
  return convolve(convolution, layer, settings);
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

export function separableLayer(layer: SeparableConv2D, settings: KernelSettings): tf.layers.Layer {
  const pointwise = {
    filters: layer.filters,
    initializer: weightInitializer(layer, 'pointwise_kernel', settings),
    regularizer: createRegularizer(layer.kernel_regularizer),
  };
  return replaceProduct(standardSeparable(layer, settings, pointwise), layer, (input, weight) => {
    const channels = depthwise(layer, input, weight('depthwise_kernel'));
    return tf.conv2d(channels, weight('pointwise_kernel') as tf.Tensor4D, 1, 'valid');
  });
}

/** A depthwise convolution: its input to its output. */
export function applyDepthwise(
  layer: DepthwiseConv2D,
  settings: KernelSettings,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const isDilated = pair(layer.dilation_rate).some((rate) => rate > 1);
  return isDilated ? applyDilatedDepthwise(layer, settings, input) : apply(depthwiseLayer(layer, settings), input);
}

function depthwiseLayer(layer: DepthwiseConv2D, settings: KernelSettings): tf.layers.Layer {
  const convolution = tf.layers.depthwiseConv2d(separableArguments(layer, settings));
  // tfjs 4.22 writes the regularizer down as a constraint too, and would then apply it as one.
  correctConfig(convolution, { depthwiseConstraint: null });
  return replaceProduct(convolution, layer, (input, weight) => depthwise(layer, input, weight('depthwise_kernel')));
}

/**
 * tfjs's DepthwiseConv2D leaves dilation out; its SeparableConv2D has it. So this is one of the latter whose pointwise
 * kernel is the identity, and never trained: skipped here, it makes the saved model right in plain tfjs.
 */
function applyDilatedDepthwise(
  layer: DepthwiseConv2D,
  settings: KernelSettings,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const filters = settings.inputChannels * layer.depth_multiplier;
  const identity = tf.initializers.identity({ gain: 1 });
  identity.apply = (shape) => tf.reshape(tf.eye(filters), shape as number[]);
  const separable = standardSeparable(layer, settings, { filters, initializer: identity });
  replaceProduct(separable, layer, (images, weight) => depthwise(layer, images, weight('depthwise_kernel')));
  const output = apply(separable, input);
  weightOf(separable, 'pointwise_kernel').trainable = false;
  return output;
}

function standardSeparable(
  layer: DepthwiseConv2D | SeparableConv2D,
  settings: KernelSettings,
  pointwise: { filters: number; initializer: Initializer; regularizer?: Regularizer },
): tf.layers.Layer {
  const separable = tf.layers.separableConv2d({
    ...separableArguments(layer, settings),
    filters: pointwise.filters,
    pointwiseRegularizer: pointwise.regularizer,
  });
  // tfjs 4.22 gives the pointwise kernel the depthwise initializer, and leaves the multiplier out of what it saves.
  (separable as unknown as { pointwiseInitializer: Initializer }).pointwiseInitializer = pointwise.initializer;
  return correctConfig(separable, { depthMultiplier: layer.depth_multiplier });
}

function depthwise(layer: DepthwiseConv2D | SeparableConv2D, input: tf.Tensor, kernel: tf.Tensor): tf.Tensor4D {
  const { strides, padding, dilationRate } = windowArguments(layer);
  return tf.depthwiseConv2d(input as tf.Tensor4D, kernel as tf.Tensor4D, strides, padding, 'NHWC', dilationRate);
}

function separableArguments(layer: DepthwiseConv2D | SeparableConv2D, settings: KernelSettings) {
  return {
    ...commonArguments(layer, settings),
    ...windowArguments(layer),
    depthMultiplier: layer.depth_multiplier,
    depthwiseInitializer: weightInitializer(layer, 'depthwise_kernel', settings),
    depthwiseRegularizer: createRegularizer(layer.kernel_regularizer),
  };
}

export function windowArguments(layer: Convolution) {
  return {
    kernelSize: pair(layer.kernel_size),
    strides: pair(layer.strides),
    padding: layer.padding,
    dilationRate: pair(layer.dilation_rate),
  };
}
