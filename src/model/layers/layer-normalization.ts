import * as tf from '@tensorflow/tfjs';
import type { LayerNormalization } from '../../config/schema/experiment.generated.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { scaleAndOffset, scaleAndShift, standardize } from '../layer-parts/normalization.js';
import { apply, replaceCall } from '../layer-parts/standard-layer.js';

/** Layer normalization (Ba et al., 2016; Keras LayerNormalization) over the last axis. */
export const layerNormalization: LayerKind<LayerNormalization> = {
  keepsMask: true,
  ...scaleAndOffset,
  build({ name, epsilon, center, scale }, [input], { trainable }) {
    const layer = tf.layers.layerNormalization({ name, epsilon, center, scale, trainable });
    replaceCall(layer, (x) => {
      const { normalized, mean, variance } = standardize(x, [x.rank - 1], epsilon);
      tf.dispose([mean, variance]);
      return scaleAndShift(layer, normalized);
    });
    return apply(layer, input);
  },
};
