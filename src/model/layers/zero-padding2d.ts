import * as tf from '@tensorflow/tfjs';
import type { ZeroPadding2D } from '../../config/schema/experiment.generated.js';
import { asImage, pair } from '../shape.js';
import type { LayerKind } from './layer-kind.js';
import { apply } from './standard-layer.js';

/** Zeros around an image (Keras ZeroPadding2D). */
export const zeroPadding2d: LayerKind<ZeroPadding2D> = {
  outputShape(layer, input, report) {
    const [height, width, channels] = asImage(layer, input, report);
    const [[top, bottom], [left, right]] = sidesOf(layer);
    return [height + top + bottom, width + left + right, channels];
  },
  build: (layer, [input]) => apply(tf.layers.zeroPadding2d({ name: layer.name, padding: sidesOf(layer) }), input),
};

/** [[top, bottom], [left, right]] */
function sidesOf({ padding }: ZeroPadding2D): [[number, number], [number, number]] {
  const [rows, columns] = typeof padding === 'number' ? [padding, padding] : padding;
  return [pair(rows), pair(columns)];
}
