import * as tf from '@tensorflow/tfjs';
import type { Conv2D } from '../../config/schema/experiment.generated.js';
import { isMonotonic } from '../activations.js';
import { createRegularizer } from '../regularizers.js';
import { type Report, asImage, pair } from '../shape.js';
import { applyGroupedConvolution, convolve } from './grouped-convolution.js';
import { type KernelSettings, commonArguments, kernelKind, weightInitializer } from './kernel.js';
import type { LayerKind } from './layer-kind.js';
import { apply } from './standard-layer.js';
import { convolutionShape, dilationProblems, windowArguments } from './window.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** A 2-D convolution (Keras Conv2D). */
export const conv2d: LayerKind<Conv2D> = {
  ...kernelKind(({ kernel_size, filters, groups }, channels) => ({
    kernels: [(elementCount(pair(kernel_size)) * channels * filters) / groups],
    bias: filters,
  })),
  keyProblems(layer) {
    const { filters, groups } = layer;
    const message = `${filters} filters can't be split into ${groups} groups`;
    const split = { code: 'conflict' as const, key: 'groups', message, hint: 'let groups divide filters' };
    return [...(filters % groups === 0 ? [] : [split]), ...dilationProblems(layer)];
  },
  outputShape(layer, input, report) {
    const image = asImage(layer, input, report);
    checkGroups(layer, image[2], report);
    return convolutionShape(layer, image, layer.filters, report);
  },
  canBePooledFirst: ({ groups, activation }) => groups === 1 && isMonotonic(activation),
  build: (layer, [input], context) =>
    layer.groups > 1
      ? applyGroupedConvolution(layer, context, input)
      : apply(convolve(standardLayer(layer, context), layer, context), input),
};

/** That the groups divide the filters too, `keyProblems` has seen to. */
function checkGroups({ name, groups }: Conv2D, channels: number, report: Report): void {
  if (channels % groups === 0) return;
  report({
    key: 'groups',
    message: `${channels} channels reach "${name}", which can't be split into ${groups} groups`,
    expected: `a divisor of ${channels}`,
    received: String(groups),
  });
}

function standardLayer(layer: Conv2D, context: KernelSettings): tf.layers.Layer {
  return tf.layers.conv2d({
    ...commonArguments(layer, context),
    ...windowArguments(layer),
    filters: layer.filters,
    kernelInitializer: weightInitializer(layer, 'kernel', context),
    kernelRegularizer: createRegularizer(layer.kernel_regularizer),
  });
}
