import * as tf from '@tensorflow/tfjs';
import type { Dense } from '../../config/experiment.js';
import { createRegularizer } from '../regularizers.js';
import { type KernelSettings, commonArguments, replaceProduct, weightInitializer } from './kernel.js';

export function denseLayer(layer: Dense, settings: KernelSettings): tf.layers.Layer {
  const dense = tf.layers.dense({
    ...commonArguments(layer, settings),
    units: layer.units ?? 0,
    kernelInitializer: weightInitializer(layer, 'kernel', settings),
    kernelRegularizer: createRegularizer(layer.kernel_regularizer),
  });
  return replaceProduct(dense, layer, (input, weight) => tf.matMul(input, weight('kernel')));
}
