import * as tf from '@tensorflow/tfjs';
import type { Conv2DTranspose } from '../../config/schema/experiment.generated.js';
import { createRegularizer } from '../regularizers.js';
import { asImage, pair } from '../shape.js';
import { commonArguments, kernelKind, replaceProduct, weightInitializer } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';
import { elementCount } from '../../tensorflow/element-count.js';

const sizes = ({ kernel_size, filters }: Conv2DTranspose, channels: number) => ({
  kernels: [elementCount(pair(kernel_size)) * channels * filters],
  bias: filters,
});

/** The transpose of a 2-D convolution, which makes an image larger by its strides (Keras Conv2DTranspose). */
export const conv2dTranspose: LayerKind<Conv2DTranspose> = {
  ...kernelKind(sizes),
  // Each number of the kernel is multiplied once for each pixel of the input.
  flops: (layer, input) => 2 * elementCount(input.slice(0, 2)) * sizes(layer, input.at(-1) ?? 0).kernels[0],
  outputShape(layer, input, report) {
    const [height, width] = asImage(layer, input, report);
    return [...transposedSize(layer, [height, width]), layer.filters];
  },
  build(layer, [input], context) {
    const strides = pair(layer.strides);
    const built = tf.layers.conv2dTranspose({
      ...commonArguments(layer, context),
      filters: layer.filters,
      kernelSize: pair(layer.kernel_size),
      strides,
      padding: layer.padding,
      kernelInitializer: weightInitializer(layer, 'kernel', context),
      kernelRegularizer: createRegularizer(layer.kernel_regularizer),
    });
    const product = (x: tf.Tensor, weight: (name: string) => tf.Tensor): tf.Tensor => {
      const [batch, height, width] = x.shape;
      const size = transposedSize(layer, [height, width]);
      const shape: [number, number, number, number] = [batch, ...size, layer.filters];
      return tf.conv2dTranspose(x as tf.Tensor4D, weight('kernel') as tf.Tensor4D, shape, strides, layer.padding);
    };
    return apply(replaceProduct(built, layer, product), input);
  },
};

/** [rows, columns] of the output: as many as a convolution would make these pixels of, the fewest that it uses whole. */
function transposedSize({ kernel_size, strides, padding }: Conv2DTranspose, size: [number, number]): [number, number] {
  const [kernel, steps] = [pair(kernel_size), pair(strides)];
  const length = (axis: 0 | 1): number =>
    size[axis] * steps[axis] + (padding === 'valid' ? Math.max(kernel[axis] - steps[axis], 0) : 0);
  return [length(0), length(1)];
}
