import * as tf from '@tensorflow/tfjs';
import type { LayerKind } from './layer-kind.js';
import type { PaddingMask } from './layer-node.js';
import { apply } from './standard-layer.js';

/** What is added before a softmax to take padding out of it. */
const NOTHING = -1e9;

/** The words of a text to 0 where there is one and a great negative number where there is padding: [length] → [length]. */
export const paddingMask: LayerKind<PaddingMask> = {
  // Of layers that every tfjs has: relu(1 − n) is 1 for padding, whose number is 0, and 0 for words.
  build({ name }, [words]) {
    const remaining = apply(tf.layers.rescaling({ name: `${name}/less`, scale: -1, offset: 1 }), words);
    const padding = apply(tf.layers.activation({ name: `${name}/padding`, activation: 'relu' }), remaining);
    return apply(tf.layers.rescaling({ name, scale: NOTHING, offset: 0 }), padding);
  },
};
