import * as tf from '@tensorflow/tfjs';
import type { ZeroPadding2D } from '../../config/schema/experiment.generated.js';
import { asImage } from '../shape.js';
import { sidesOf } from '../layer-parts/image-sides.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';

/** Zeros around an image (Keras ZeroPadding2D). */
export const zeroPadding2d: LayerKind<ZeroPadding2D> = {
  outputShape(layer, input, report) {
    const [height, width, channels] = asImage(layer, input, report);
    const [[top, bottom], [left, right]] = sidesOf(layer.padding);
    return [height + top + bottom, width + left + right, channels];
  },
  build: (layer, [input]) =>
    apply(tf.layers.zeroPadding2d({ name: layer.name, padding: sidesOf(layer.padding) }), input),
};
