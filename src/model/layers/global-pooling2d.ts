import * as tf from '@tensorflow/tfjs';
import type { GlobalPooling2D } from '../../config/schema/experiment.generated.js';
import { asImage } from '../shape.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';

/** The average or the maximum of each channel (Keras GlobalAveragePooling2D, GlobalMaxPooling2D). */
export const globalPooling2d: LayerKind<GlobalPooling2D> = {
  outputShape: (layer, input, report) => [asImage(layer, input, report)[2]],
  build({ name, pooling }, [input]) {
    const { globalAveragePooling2d, globalMaxPooling2d } = tf.layers;
    return apply(pooling === 'average' ? globalAveragePooling2d({ name }) : globalMaxPooling2d({ name }), input);
  },
};
