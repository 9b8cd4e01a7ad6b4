import * as tf from '@tensorflow/tfjs';
import type { Flatten } from '../../config/schema/experiment.generated.js';
import type { LayerKind } from './layer-kind.js';
import { apply } from './standard-layer.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** An image as one vector, row by row (Keras Flatten). */
export const flatten: LayerKind<Flatten> = {
  outputShape: (_, input) => [elementCount(input)],
  build: ({ name }, [input]) => apply(tf.layers.flatten({ name }), input),
};
