import * as tf from '@tensorflow/tfjs';
import type { LayerKind } from './layer-kind.js';
import type { Add } from './layer-node.js';
import { apply } from './standard-layer.js';

/** The sum of its inputs, which have one shape (Keras Add). */
export const add: LayerKind<Add> = {
  build: ({ name }, inputs) => apply(tf.layers.add({ name }), inputs),
};
