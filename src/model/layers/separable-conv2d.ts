import * as tf from '@tensorflow/tfjs';
import type { SeparableConv2D } from '../../config/schema/experiment.generated.js';
import { createRegularizer } from '../regularizers.js';
import { asImage, pair } from '../shape.js';
import { depthwise, depthwiseProblems, standardSeparable } from '../layer-parts/depthwise.js';
import { kernelKind, replaceProduct, weightInitializer } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';
import { convolutionShape } from '../layer-parts/window.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** A depthwise convolution, then one of 1×1 that mixes the channels (Keras SeparableConv2D). */
export const separableConv2d: LayerKind<SeparableConv2D> = {
  ...kernelKind(({ kernel_size, depth_multiplier, filters }, channels) => ({
    kernels: [elementCount(pair(kernel_size)) * channels * depth_multiplier, channels * depth_multiplier * filters],
    bias: filters,
  })),
  keyProblems: depthwiseProblems,
  outputShape: (layer, input, report) => convolutionShape(layer, asImage(layer, input, report), layer.filters, report),
  build(layer, [input], context) {
    const pointwise = {
      filters: layer.filters,
      initializer: weightInitializer(layer, 'pointwise_kernel', context),
      regularizer: createRegularizer(layer.kernel_regularizer),
    };
    const separable = replaceProduct(standardSeparable(layer, context, pointwise), layer, (images, weight) => {
      const channels = depthwise(layer, images, weight('depthwise_kernel'));
      return tf.conv2d(channels, weight('pointwise_kernel') as tf.Tensor4D, 1, 'valid');
    });
    return apply(separable, input);
  },
};
