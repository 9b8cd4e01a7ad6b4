import * as tf from '@tensorflow/tfjs';
import type { Dropout, SpatialDropout2D } from '../../config/experiment.js';
import type { StepRandom } from '../../tensorflow/step-random.js';
import { replaceCall } from './standard-layer.js';

/**
 * Dropout (Srivastava et al., 2014) that scales what it keeps by 1 / (1 − rate), as Keras does; of whole channels if
 * spatial (Tompson et al., 2015). What is dropped depends on the run's seed, the layer's name and the step alone.
 */
export function dropoutLayer({ type, name, rate }: Dropout | SpatialDropout2D, random: StepRandom): tf.layers.Layer {
  const isSpatial = type === 'spatial_dropout2d';
  const source = random.stream(`dropout/${name}`);
  // tfjs has no SpatialDropout2D, but its Dropout has the noise shape that makes one.
  const layer = tf.layers.dropout({ name, rate, ...(isSpatial ? { noiseShape: [null, 1, 1, null] as number[] } : {}) });
  return replaceCall(layer, (input, training) => {
    if (!training || rate === 0) return input;
    const [batch, ...shape] = input.shape;
    const noise = source.uniform(isSpatial ? [batch, 1, 1, input.shape[3] ?? 1] : [batch, ...shape]);
    const kept = tf.cast(tf.greaterEqual(noise, rate), 'float32');
    return tf.mul(input, tf.mul(kept, 1 / (1 - rate)));
  });
}
