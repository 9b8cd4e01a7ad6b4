import * as tf from '@tensorflow/tfjs';
import type { DepthwiseConv2D } from '../../config/schema/experiment.generated.js';
import { asImage, pair } from '../shape.js';
import { depthwise, depthwiseArguments, depthwiseProblems, standardSeparable } from '../layer-parts/depthwise.js';
import { type KernelSettings, kernelKind, replaceProduct } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply, correctConfig, weightOf } from '../layer-parts/standard-layer.js';
import { convolutionShape } from '../layer-parts/window.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** A convolution of each channel by itself (Keras DepthwiseConv2D). */
export const depthwiseConv2d: LayerKind<DepthwiseConv2D> = {
  ...kernelKind(({ kernel_size, depth_multiplier }, channels) => ({
    kernels: [elementCount(pair(kernel_size)) * channels * depth_multiplier],
    bias: channels * depth_multiplier,
  })),
  keyProblems: depthwiseProblems,
  outputShape(layer, input, report) {
    const image = asImage(layer, input, report);
    return convolutionShape(layer, image, image[2] * layer.depth_multiplier, report);
  },
  build(layer, [input], context) {
    const isDilated = pair(layer.dilation_rate).some((rate) => rate > 1);
    return isDilated ? applyDilated(layer, context, input) : apply(standardLayer(layer, context), input);
  },
};

function standardLayer(layer: DepthwiseConv2D, settings: KernelSettings): tf.layers.Layer {
  const convolution = tf.layers.depthwiseConv2d(depthwiseArguments(layer, settings));
  // tfjs 4.22 writes the regularizer down as a constraint too, and would then apply it as one.
  correctConfig(convolution, { depthwiseConstraint: null });
  return replaceProduct(convolution, layer, (input, weight) => depthwise(layer, input, weight('depthwise_kernel')));
}

/**
 * tfjs's DepthwiseConv2D leaves dilation out; its SeparableConv2D has it. So this is one of the latter whose pointwise
 * kernel is the identity, and never trained: skipped here, it makes the saved model right in plain tfjs.
 */
function applyDilated(layer: DepthwiseConv2D, settings: KernelSettings, input: tf.SymbolicTensor): tf.SymbolicTensor {
  const filters = settings.inputShape[2] * layer.depth_multiplier;
  const identity = tf.initializers.identity({ gain: 1 });
  identity.apply = (shape) => tf.reshape(tf.eye(filters), shape as number[]);
  const separable = standardSeparable(layer, settings, { filters, initializer: identity });
  replaceProduct(separable, layer, (images, weight) => depthwise(layer, images, weight('depthwise_kernel')));
  const output = apply(separable, input);
  weightOf(separable, 'pointwise_kernel').trainable = false;
  return output;
}
