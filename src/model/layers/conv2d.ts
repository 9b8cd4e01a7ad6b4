import * as tf from '@tensorflow/tfjs';
import type { Conv2D } from '../../config/schema/experiment.generated.js';
import { isMonotonic } from '../activations.js';
import { createRegularizer } from '../regularizers.js';
import { type Report, asImage, pair } from '../shape.js';
import { applyGroupedConvolution, convolve } from '../layer-parts/grouped-convolution.js';
import { type KernelSettings, commonArguments, kernelKind, weightInitializer } from '../layer-parts/kernel.js';
import type { KeyProblem, LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';
import { convolutionShape, dilationProblems, windowArguments } from '../layer-parts/window.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** A 2-D convolution (Keras Conv2D); the output layer of masks has a filter for each class. */
export const conv2d: LayerKind<Conv2D> = {
  ...kernelKind(({ kernel_size, filters = 0, groups }, channels) => ({
    kernels: [(elementCount(pair(kernel_size)) * channels * filters) / groups],
    bias: filters,
  })),
  keyProblems: (layer, isOutput) => [...filterProblems(layer, isOutput), ...dilationProblems(layer)],
  complete: (layer, classes) => ({ ...layer, filters: layer.filters ?? classes }),
  outputShape(layer, input, report) {
    const image = asImage(layer, input, report);
    checkGroups(layer, image[2], report);
    return convolutionShape(layer, image, layer.filters ?? 1, report);
  },
  canBePooledFirst: ({ groups, activation }) => groups === 1 && isMonotonic(activation),
  build: (layer, [input], context) =>
    layer.groups > 1
      ? applyGroupedConvolution(layer, context, input)
      : apply(convolve(standardLayer(layer, context), layer, context), input),
};

function filterProblems({ filters, groups }: Conv2D, isOutput: boolean): KeyProblem[] {
  if (filters === undefined) {
    const message = 'a hidden conv2d has no key "filters"';
    return isOutput
      ? []
      : [{ code: 'missing-key', key: 'filters', message, expected: 'filters: a whole number, at least 1' }];
  }
  if (filters % groups === 0) return [];
  const message = `${filters} filters can't be split into ${groups} groups`;
  return [{ code: 'conflict', key: 'groups', message, hint: 'let groups divide filters' }];
}

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
    filters: layer.filters ?? 0,
    kernelInitializer: weightInitializer(layer, 'kernel', context),
    kernelRegularizer: createRegularizer(layer.kernel_regularizer),
  });
}
