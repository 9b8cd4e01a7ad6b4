import * as tf from '@tensorflow/tfjs';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import type { Merge } from '../layer-parts/layer-node.js';
import { apply } from '../layer-parts/standard-layer.js';

/** Layers of several inputs (Keras Concatenate, over the last axis, Add, Multiply, Maximum, Average). */
export const merge: LayerKind<Merge> = {
  outputShape: ({ type }, input, _, inputs) =>
    type === 'concatenate'
      ? [...input.slice(0, -1), inputs.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)]
      : input,
  build: ({ type, name }, inputs) => apply(standardLayer(type, name), inputs),
};

function standardLayer(type: Merge['type'], name: string): tf.layers.Layer {
  switch (type) {
    case 'concatenate':
      return tf.layers.concatenate({ name, axis: -1 });
    case 'add':
      return tf.layers.add({ name });
    case 'multiply':
      return tf.layers.multiply({ name });
    case 'maximum':
      return tf.layers.maximum({ name });
    case 'average':
      return tf.layers.average({ name });
  }
}
