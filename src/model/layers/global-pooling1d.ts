import * as tf from '@tensorflow/tfjs';
import type { GlobalPooling1D } from '../../config/schema/experiment.generated.js';
import { asSequence } from '../shape.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { poolFirst } from './pooling2d.js';
import { apply } from '../layer-parts/standard-layer.js';

/** The maximum or the average of each channel over time (Keras GlobalMaxPooling1D, GlobalAveragePooling1D). */
export const globalPooling1d: LayerKind<GlobalPooling1D> = {
  keyProblems({ pooling }) {
    const known: readonly string[] = ['max', 'average'];
    if (known.includes(pooling)) return [];
    const message = `global pooling can't be ${JSON.stringify(pooling)}, which it takes from model.pooling`;
    const hint = 'give this layer a pooling of its own: max or average';
    return [{ code: 'conflict', key: 'pooling', message, expected: 'max or average', hint }];
  },
  place(layer, input, origin, graph) {
    const { mask } = input;
    return graph.append(layer, layer.pooling === 'average' && mask ? [input, mask] : [input], origin);
  },
  outputShape: (layer, input, report) => [asSequence(layer, input, report)[1]],
  isMaxPooling: ({ pooling }) => pooling === 'max',
  build({ name, pooling }, inputs, { poolsFirst }) {
    const [input, mask] = inputs as [tf.SymbolicTensor, tf.SymbolicTensor?];
    if (pooling === 'average') return mask ? maskedAverage(name, input, mask) : average(name, input);
    const standard = tf.layers.globalMaxPooling1d({ name });
    return apply(poolsFirst ? poolFirst(standard, input.sourceLayer) : standard, input);
  },
};

const average = (name: string, input: tf.SymbolicTensor): tf.SymbolicTensor =>
  apply(tf.layers.globalAveragePooling1d({ name }), input);

/** Each step weighs the same, and padding nothing: a softmax of the mask. Layers of tfjs can't be masked themselves. */
function maskedAverage(name: string, input: tf.SymbolicTensor, mask: tf.SymbolicTensor): tf.SymbolicTensor {
  const shares = apply(tf.layers.activation({ name: `${name}/shares`, activation: 'softmax' }), mask);
  return apply(tf.layers.dot({ name, axes: [1, 1] }), [shares, input]);
}
