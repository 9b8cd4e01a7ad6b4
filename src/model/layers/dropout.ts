import * as tf from '@tensorflow/tfjs';
import type { Dropout } from '../../config/schema/experiment.generated.js';
import type { RandomStreams } from '../../tensorflow/random-source.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply, replaceCall } from '../layer-parts/standard-layer.js';

/** Dropout (Srivastava et al., 2014; Keras Dropout). */
export const dropout: LayerKind<Dropout> = {
  keepsMask: true,
  build: (layer, [input], { random }) =>
    apply(
      dropoutLayer(layer, random, (shape) => shape),
      input,
    ),
};

/**
 * A layer that scales what it keeps by 1 / (1 − rate), as Keras does. What is dropped depends on the run's seed, the
 * layer's name and the step alone.
 * @param noiseShape of an input's shape: along its lengths of 1 everything is dropped together
 */
export function dropoutLayer(
  { name, rate }: Pick<Dropout, 'name' | 'rate'>,
  random: RandomStreams,
  noiseShape: (shape: readonly number[]) => readonly number[],
  settings: { noiseShape?: number[] } = {},
): tf.layers.Layer {
  const source = random.stream(`dropout/${name}`);
  return replaceCall(tf.layers.dropout({ name, rate, ...settings }), (input, training) => {
    if (!training || rate === 0) return input;
    const kept = tf.cast(tf.greaterEqual(source.uniform(noiseShape(input.shape)), rate), 'float32');
    return tf.mul(input, tf.mul(kept, 1 / (1 - rate)));
  });
}
