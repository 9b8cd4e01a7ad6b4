import * as tf from '@tensorflow/tfjs';
import type { Pooling2D } from '../../config/schema/experiment.generated.js';
import { type Report, type Shape, asImage, pair, shapeText } from '../shape.js';
import { biasAndActivate } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply, replaceCall } from '../layer-parts/standard-layer.js';
import { fits, windowShape } from '../layer-parts/window.js';

/** Max and average pooling (Keras MaxPooling2D, AveragePooling2D); `strided` keeps every stride-th pixel. */
export const pooling2d: LayerKind<Pooling2D> = {
  expand: (layer) => (layer.pooling === 'none' ? [] : [layer]),
  outputShape(layer, input, report) {
    const image = asImage(layer, input, report);
    checkFits(layer, image, report);
    return [...windowShape({ ...layer, size: windowSize(layer) }, image), image[2]];
  },
  isMaxPooling: ({ pooling }) => pooling !== 'average',
  build(layer, [input], { poolsFirst }) {
    const pooling = standardLayer(layer);
    return apply(poolsFirst ? poolFirst(pooling, input.sourceLayer) : pooling, input);
  },
};

/** Keeping every stride-th pixel is pooling with a window of one pixel. */
const windowSize = ({ pooling, pool_size: size }: Pooling2D): [number, number] =>
  pooling === 'strided' ? [1, 1] : pair(size);

function checkFits(layer: Pooling2D, input: Shape, report: Report): void {
  if (layer.padding === 'same' || fits(windowSize(layer), input)) return;
  report({
    key: 'pool_size',
    message: `the window of "${layer.name}" is larger than the image that reaches it`,
    expected: `at most ${input[0]}×${input[1]} with padding: valid`,
    received: shapeText(windowSize(layer)),
    hint: 'a smaller pool_size, padding: same, or fewer pooling layers',
    concerns: 'size',
  });
}

function standardLayer(layer: Pooling2D): tf.layers.Layer {
  const { name, strides, padding } = layer;
  const settings = { name, poolSize: windowSize(layer), strides: pair(strides), padding };
  return layer.pooling === 'average' ? tf.layers.averagePooling2d(settings) : tf.layers.maxPooling2d(settings);
}

/** Lets max pooling come before the bias and the activation of the layer whose output it takes (see `isPooledFirst`). */
export function poolFirst(pooling: tf.layers.Layer, before: tf.layers.Layer): tf.layers.Layer {
  const pool = pooling.call.bind(pooling);
  return replaceCall(pooling, (input) => biasAndActivate(before, pool(input, {}) as tf.Tensor));
}
