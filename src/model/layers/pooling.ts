import * as tf from '@tensorflow/tfjs';
import type { GlobalPooling2D, Pooling2D } from '../../config/experiment.js';
import { pair } from '../output-shape.js';
import { biasAndActivate } from './kernel.js';
import { replaceCall } from './standard-layer.js';

/** Max and average pooling; `strided` is max pooling over one pixel, which keeps every stride-th. */
export function poolingLayer({ name, pooling, pool_size, strides, padding }: Pooling2D): tf.layers.Layer {
  const poolSize = pooling === 'strided' ? pair(1) : pair(pool_size);
  const settings = { name, poolSize, strides: pair(strides), padding };
  return pooling === 'average' ? tf.layers.averagePooling2d(settings) : tf.layers.maxPooling2d(settings);
}

/** Lets max pooling come before the bias and the activation of the layer whose output it takes (see `isPooledFirst`). */
export function poolFirst(pooling: tf.layers.Layer, before: tf.layers.Layer): tf.layers.Layer {
  const pool = pooling.call.bind(pooling);
  return replaceCall(pooling, (input) => biasAndActivate(before, pool(input, {}) as tf.Tensor));
}

export function globalPoolingLayer({ name, pooling }: GlobalPooling2D): tf.layers.Layer {
  return pooling === 'average' ? tf.layers.globalAveragePooling2d({ name }) : tf.layers.globalMaxPooling2d({ name });
}
