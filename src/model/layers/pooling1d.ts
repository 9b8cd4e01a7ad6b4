import * as tf from '@tensorflow/tfjs';
import type { Pooling1D } from '../../config/schema/experiment.generated.js';
import { asSequence } from '../shape.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { poolFirst } from './pooling2d.js';
import { windowLength } from '../layer-parts/sequence-window.js';
import { apply } from '../layer-parts/standard-layer.js';

/** Max and average pooling along a sequence (Keras MaxPooling1D, AveragePooling1D); `strided` keeps every stride-th step. */
export const pooling1d: LayerKind<Pooling1D> = {
  expand: (layer) => (layer.pooling === 'none' ? [] : [layer]),
  outputShape(layer, input, report) {
    const [length, channels] = asSequence(layer, input, report);
    const size = windowSize(layer);
    if (layer.padding === 'valid' && size > length) {
      report({
        key: 'pool_size',
        message: `the window of "${layer.name}" is longer than the sequence that reaches it`,
        expected: `at most ${length} with padding: valid`,
        received: String(size),
        hint: 'a shorter pool_size, padding: same, or fewer pooling layers',
        concerns: 'size',
      });
    }
    return [windowLength({ ...layer, size }, length), channels];
  },
  isMaxPooling: ({ pooling }) => pooling !== 'average',
  build(layer, [input], { poolsFirst }) {
    const { name, strides, padding, pooling } = layer;
    const settings = { name, poolSize: windowSize(layer), strides, padding };
    const standard = pooling === 'average' ? tf.layers.averagePooling1d(settings) : tf.layers.maxPooling1d(settings);
    return apply(poolsFirst ? poolFirst(standard, input.sourceLayer) : standard, input);
  },
};

/** Keeping every stride-th step is pooling with a window of one. */
const windowSize = ({ pooling, pool_size: size }: Pooling1D): number => (pooling === 'strided' ? 1 : size);
