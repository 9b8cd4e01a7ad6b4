import * as tf from '@tensorflow/tfjs';
import type { LayerKind } from './layer-kind.js';
import type { Input } from './layer-node.js';

/** The images that the model is given (Keras Input). */
export const input: LayerKind<Input> = {
  build: ({ name }, _, { inputShape }) => tf.input({ name, shape: [...inputShape] }),
};
