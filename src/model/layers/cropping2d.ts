import * as tf from '@tensorflow/tfjs';
import type { Cropping2D } from '../../config/schema/experiment.generated.js';
import { asImage, shapeText } from '../shape.js';
import { type Sides, sidesOf } from '../layer-parts/image-sides.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply } from '../layer-parts/standard-layer.js';

/** Cuts the edges of an image off (Keras Cropping2D). */
export const cropping2d: LayerKind<Cropping2D> = {
  outputShape(layer, input, report) {
    const [height, width, channels] = asImage(layer, input, report);
    const sides = sidesOf(layer.cropping);
    const size = [height, width].map((length, axis) => length - cut(sides, axis));
    if (Math.min(...size) < 1) {
      report({
        key: 'cropping',
        message: `"${layer.name}" cuts off all of the image that reaches it`,
        expected: `less than ${height} rows and ${width} columns`,
        received: `${cut(sides, 0)} rows, ${cut(sides, 1)} columns of ${shapeText([height, width])}`,
        concerns: 'size',
      });
    }
    return [...size.map((length) => Math.max(length, 1)), channels];
  },
  build: (layer, [input]) =>
    apply(tf.layers.cropping2D({ name: layer.name, cropping: sidesOf(layer.cropping) }), input),
};

const cut = (sides: Sides, axis: number): number => sides[axis][0] + sides[axis][1];
