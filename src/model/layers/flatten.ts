import * as tf from '@tensorflow/tfjs';
import type { Flatten } from '../../config/schema/experiment.generated.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** An image as one vector, row by row, or a sequence, step by step (Keras Flatten). */
export const flatten: LayerKind<Flatten> = {
  outputShape: (_, input) => [elementCount(input)],
  build({ name }, [input], { inputShape }) {
    // tfjs's has nothing to do with vectors.
    const isFlat = inputShape.length === 1;
    return apply(isFlat ? tf.layers.activation({ name, activation: 'linear' }) : tf.layers.flatten({ name }), input);
  },
};
