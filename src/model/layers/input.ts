import * as tf from '@tensorflow/tfjs';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import type { Input } from '../layer-parts/layer-node.js';

/** What the model is given (Keras Input). */
export const input: LayerKind<Input> = {
  build: ({ name, tokens }, _, { inputShape }) =>
    tf.input({ name, shape: [...inputShape], ...(tokens === undefined ? {} : { dtype: 'int32' }) }),
};
