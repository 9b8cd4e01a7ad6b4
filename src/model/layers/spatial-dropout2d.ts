import type { SpatialDropout2D } from '../../config/schema/experiment.generated.js';
import { asImage } from '../shape.js';
import { dropoutLayer } from './dropout.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';

/** Dropout of whole channels (Tompson et al., 2015; Keras SpatialDropout2D). */
export const spatialDropout2d: LayerKind<SpatialDropout2D> = {
  outputShape: asImage,
  build(layer, [input], { random }) {
    // tfjs has no SpatialDropout2D, but its Dropout has the noise shape that makes one.
    const standard = { noiseShape: [null, 1, 1, null] as number[] };
    const perChannel = ([batch, , , channels]: readonly number[]): number[] => [batch, 1, 1, channels];
    return apply(dropoutLayer(layer, random, perChannel, standard), input);
  },
};
