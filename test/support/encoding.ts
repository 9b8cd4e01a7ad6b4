import * as tf from '@tensorflow/tfjs';
import { wholeWeightName } from '../../src/model/layer-parts/grouped-convolution.js';

/** Numbers on their way to Python and back (`keras_model.py` has the other end). */
export type Encoded = {
  shape: number[];
  /** float32, little-endian, base64 */
  data: string;
};

type Values = Record<string, tf.Tensor>;

export function encode(tensor: tf.Tensor): Encoded {
  const { buffer, byteOffset, byteLength } = tensor.dataSync<'float32'>();
  return { shape: tensor.shape, data: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

export const encodeAll = (values: Values): Record<string, Encoded> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encode(value)]));

export function decode({ data }: Encoded): Float32Array {
  const bytes = Buffer.from(data, 'base64');
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The kernel of 1 that a position embedding has beside its vectors. */
export const isOfPlaces = (name: string): boolean => /^position_embedding\/depthwise_kernel$/.test(name);

/** Weights by Keras's names, where grouped convolutions are one layer and dilated ones have no pointwise kernel. */
export function asKeras(model: tf.LayersModel, values: Values): Values {
  const merged: Record<string, tf.Tensor[]> = {};
  for (const { originalName, trainable } of model.weights) {
    const isIdentity = !trainable && originalName.endsWith('/pointwise_kernel');
    if (isIdentity || isOfPlaces(originalName) || !(originalName in values)) continue;
    const name = wholeWeightName(originalName).replace(/^(position_embedding)\/bias$/, '$1/embeddings');
    (merged[name] ??= []).push(values[originalName]);
  }
  return Object.fromEntries(Object.entries(merged).map(([name, parts]) => [name, tf.concat(parts, -1)]));
}

/** The largest difference, as a part of the largest expected number, or of `scale` if that is larger. */
export function deviation(actual: Float32Array, expected: Float32Array, scale = 0): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), scale);
  const difference = actual.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);
  return difference === 0 ? 0 : difference / largest;
}
