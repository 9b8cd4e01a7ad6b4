import * as tf from '@tensorflow/tfjs';
import type { Conv1D } from '../../config/schema/experiment.generated.js';
import { isMonotonic } from '../activations.js';
import { createRegularizer } from '../regularizers.js';
import { asSequence } from '../shape.js';
import { commonArguments, kernelKind, replaceProduct, weightInitializer } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { convolvedLength, inheritedPair, sequenceProblems } from '../layer-parts/sequence-window.js';
import { apply } from '../layer-parts/standard-layer.js';

/** A convolution along a sequence (Keras Conv1D): [length, channels] to [length, filters]. */
export const conv1d: LayerKind<Conv1D> = {
  ...kernelKind(({ kernel_size, filters }, channels) => ({
    kernels: [kernel_size * channels * filters],
    bias: filters,
  })),
  keyProblems: (layer) => [...inheritedPair(layer), ...sequenceProblems(layer)],
  outputShape(layer, input, report) {
    return [convolvedLength(layer, asSequence(layer, input, report)[0], report), layer.filters];
  },
  canBePooledFirst: ({ activation }) => isMonotonic(activation),
  build(layer, [input], context) {
    const { strides, padding, dilation_rate: dilation } = layer;
    const standard = tf.layers.conv1d({
      ...commonArguments(layer, context),
      kernelSize: layer.kernel_size,
      strides,
      padding,
      dilationRate: dilation,
      filters: layer.filters,
      kernelInitializer: weightInitializer(layer, 'kernel', context),
      kernelRegularizer: createRegularizer(layer.kernel_regularizer),
    });
    // As an image of one row, as TensorFlow computes it.
    const product = (x: tf.Tensor, weight: (name: string) => tf.Tensor): tf.Tensor => {
      const row = tf.expandDims<tf.Tensor4D>(x, 1);
      const kernel = tf.expandDims<tf.Tensor4D>(weight('kernel'), 0);
      return tf.squeeze(tf.conv2d(row, kernel, [1, strides], padding, 'NHWC', [1, dilation]), [1]);
    };
    return apply(replaceProduct(standard, layer, product, context), input);
  },
};
