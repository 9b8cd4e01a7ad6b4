import * as tf from '@tensorflow/tfjs';
import type { Dense } from '../../config/schema/experiment.generated.js';
import { createRegularizer } from '../regularizers.js';
import { type Report, type Shape, shapeText } from '../shape.js';
import { commonArguments, kernelKind, replaceProduct, weightInitializer } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';

/** A fully connected layer (Keras Dense); the output layer has a unit for each class. */
export const dense: LayerKind<Dense> = {
  ...kernelKind(({ units = 0 }, features) => ({ kernels: [features * units], bias: units })),
  keyProblems(layer, isOutput) {
    if (layer.units !== undefined || isOutput) return [];
    const message = 'a hidden dense layer has no key "units"';
    return [{ code: 'missing-key', message, expected: 'units: a whole number, at least 1' }];
  },
  complete: (layer, classes) => ({ ...layer, units: layer.units ?? classes }),
  keepsMask: true,
  outputShape(layer, input, report) {
    checkIsNoImage(layer.name, input, report);
    return [...(input.length === 2 ? [input[0]] : []), layer.units ?? 1];
  },
  build(layer, [input], context) {
    const built = tf.layers.dense({
      ...commonArguments(layer, context),
      units: layer.units ?? 0,
      kernelInitializer: weightInitializer(layer, 'kernel', context),
      kernelRegularizer: createRegularizer(layer.kernel_regularizer),
    });
    return apply(
      replaceProduct(built, layer, (x, weight) => denseProduct(x, weight('kernel'))),
      input,
    );
  },
};

/** Of each step of a sequence, as of each example. */
export function denseProduct(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  if (x.rank === 2) return tf.matMul(x, kernel);
  const [features, units] = kernel.shape;
  return tf.reshape(tf.matMul(tf.reshape(x, [-1, features]), kernel), [...x.shape.slice(0, -1), units]);
}

/** Keras would apply a dense layer to each pixel; in a classifier that is a forgotten flatten. */
function checkIsNoImage(name: string, input: Shape, report: Report): void {
  if (input.length < 3) return;
  report({
    message: `a flatten is missing before the dense layer "${name}", which an image of ${shapeText(input)} reaches`,
    expected: 'one vector per example',
    received: shapeText(input),
    hint: 'put "- type: flatten" or "- type: global_pooling2d" before it',
  });
}
