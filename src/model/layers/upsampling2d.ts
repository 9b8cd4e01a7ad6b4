import * as tf from '@tensorflow/tfjs';
import type { Upsampling2D } from '../../config/schema/experiment.generated.js';
import { asImage, pair } from '../shape.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply, replaceCall } from '../layer-parts/standard-layer.js';

/** Makes an image larger by whole factors, without weights (Keras UpSampling2D). */
export const upsampling2d: LayerKind<Upsampling2D> = {
  outputShape(layer, input, report) {
    const [height, width, channels] = asImage(layer, input, report);
    const [rows, columns] = pair(layer.size);
    return [height * rows, width * columns, channels];
  },
  build(layer, [input]) {
    const size = pair(layer.size);
    if (layer.interpolation === 'bilinear') return interpolated(layer.name, size, input);
    return apply(
      replaceCall(upsampling(layer.name, size), (image) => repeated(repeated(image, 1, size[0]), 2, size[1])),
      input,
    );
  },
};

const upsampling = (name: string, size: [number, number]): tf.layers.Layer =>
  tf.layers.upSampling2d({ name, size, interpolation: 'nearest' });

/**
 * tfjs's own takes the edge of a pixel for its center, which moves the image. Exactly what Keras computes is twice as many
 * pixels as wanted, then the mean of those around each center that belong to a pixel of the input: so the saved model says
 * it. Here the first of these layers passes the image on, and the second interpolates.
 */
function interpolated(name: string, size: [number, number], input: tf.SymbolicTensor): tf.SymbolicTensor {
  const fine: [number, number] = [2 * size[0], 2 * size[1]];
  const repeats = replaceCall(upsampling(`${name}/pixels`, fine), (image) => image);
  const mean = tf.layers.averagePooling2d({ name, poolSize: fine, strides: [2, 2], padding: 'same' });
  return apply(
    replaceCall(mean, (image) => between(between(image, 1, size[0]), 2, size[1])),
    apply(repeats, input),
  );
}

/** Each row (axis 1) or column (axis 2) as many times as the factor says. */
function repeated(image: tf.Tensor, axis: number, factor: number): tf.Tensor {
  return interleaved(
    Array.from({ length: factor }, () => image),
    axis,
  );
}

/** Rows or columns between those of an image, and at its edges those of the edge: linear interpolation of pixels' centers. */
function between(image: tf.Tensor, axis: number, factor: number): tf.Tensor {
  const parts = Array.from({ length: factor }, (_, part) => {
    const distance = (part + 0.5) / factor - 0.5;
    if (distance === 0) return image;
    const neighbor = moved(image, axis, Math.sign(distance));
    return tf.add(tf.mul(image, 1 - Math.abs(distance)), tf.mul(neighbor, Math.abs(distance)));
  });
  return interleaved(parts, axis);
}

/** Each row's or column's next (1) or previous one (-1); the last has none, and stays. */
function moved(image: tf.Tensor, axis: number, by: number): tf.Tensor {
  const length = image.shape[axis];
  const cut = (from: number, count: number): tf.Tensor => {
    const begin = image.shape.map((_, each) => (each === axis ? from : 0));
    const size = image.shape.map((whole, each) => (each === axis ? count : whole));
    return tf.slice(image, begin, size);
  };
  if (length === 1) return image;
  return by > 0
    ? tf.concat([cut(1, length - 1), cut(length - 1, 1)], axis)
    : tf.concat([cut(0, 1), cut(0, length - 1)], axis);
}

/** The first row of each, then the second of each … */
function interleaved(parts: readonly tf.Tensor[], axis: number): tf.Tensor {
  if (parts.length === 1) return parts[0];
  const shape = parts[0].shape.map((length, each) => (each === axis ? length * parts.length : length));
  return tf.reshape(tf.stack([...parts], axis + 1), shape);
}
