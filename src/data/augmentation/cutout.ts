import * as tf from '@tensorflow/tfjs';
import type { Cutout } from '../../config/schema/experiment.generated.js';
import type { RandomSource } from '../../tensorflow/random-source.js';
import { boxMask, intervalAbout } from './boxes.js';
import { bernoulli, uniformRows } from './draws.js';
import { times } from './entries.js';
import type { ImageOperation } from './operations.js';

/**
 * Blanks a rectangle about a random pixel; what lies beyond the edge is lost (DeVries and Taylor, "Improved
 * regularization of convolutional neural networks with cutout", 2017).
 * Draws: the row and the column of its centre, the images changed.
 */
export function cutout({ size, fill_value, probability }: Cutout, source: RandomSource): ImageOperation {
  const [boxHeight, boxWidth] = typeof size === 'number' ? [size, size] : size;
  return (images) => {
    const [batch, height, width] = images.shape;
    const [row, column, chance] = uniformRows(source, 3, batch);
    const changed = bernoulli(probability, chance);
    const rows = intervalAbout(row, times(changed, boxHeight), height);
    const columns = intervalAbout(column, times(changed, boxWidth), width);
    const mask = boxMask(rows, columns, height, width);
    const kept = tf.mul(images, tf.sub(1, mask));
    return fill_value === 0 ? kept : tf.add(kept, tf.mul(mask, fill_value));
  };
}
