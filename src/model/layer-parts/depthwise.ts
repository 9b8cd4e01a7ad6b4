import * as tf from '@tensorflow/tfjs';
import type { DepthwiseConv2D, SeparableConv2D } from '../../config/schema/experiment.generated.js';
import type { Initializer } from '../initializers.js';
import { type Regularizer, createRegularizer } from '../regularizers.js';
import { pair } from '../shape.js';
import { type KernelSettings, commonArguments, weightInitializer } from './kernel.js';
import type { KeyProblem } from './layer-kind.js';
import { correctConfig } from './standard-layer.js';
import { dilationProblems, windowArguments } from './window.js';

/** A layer that convolves each channel by itself. */
export type Depthwise = DepthwiseConv2D | SeparableConv2D;

export function depthwiseProblems(layer: Depthwise): KeyProblem[] {
  const [rows, columns] = pair(layer.strides);
  const message = 'strides of a depthwise convolution that differ, which TensorFlow does not compute';
  const differ = { code: 'conflict' as const, key: 'strides', message, hint: 'give one number' };
  return [...dilationProblems(layer), ...(rows === columns ? [] : [differ])];
}

/** @returns float32 [batch, rows, columns, channels · depth_multiplier] */
export function depthwise(layer: Depthwise, input: tf.Tensor, kernel: tf.Tensor): tf.Tensor4D {
  const { strides, padding, dilationRate } = windowArguments(layer);
  return tf.depthwiseConv2d(input as tf.Tensor4D, kernel as tf.Tensor4D, strides, padding, 'NHWC', dilationRate);
}

/** A SeparableConv2D of tfjs. */
export function standardSeparable(
  layer: Depthwise,
  settings: KernelSettings,
  pointwise: { filters: number; initializer: Initializer; regularizer?: Regularizer },
): tf.layers.Layer {
  const separable = tf.layers.separableConv2d({
    ...depthwiseArguments(layer, settings),
    filters: pointwise.filters,
    pointwiseRegularizer: pointwise.regularizer,
  });
  // tfjs 4.22 gives the pointwise kernel the depthwise initializer, and leaves the multiplier out of what it saves.
  (separable as unknown as { pointwiseInitializer: Initializer }).pointwiseInitializer = pointwise.initializer;
  return correctConfig(separable, { depthMultiplier: layer.depth_multiplier });
}

export function depthwiseArguments(layer: Depthwise, settings: KernelSettings) {
  return {
    ...commonArguments(layer, settings),
    ...windowArguments(layer),
    depthMultiplier: layer.depth_multiplier,
    depthwiseInitializer: weightInitializer(layer, 'depthwise_kernel', settings),
    depthwiseRegularizer: createRegularizer(layer.kernel_regularizer),
  };
}
