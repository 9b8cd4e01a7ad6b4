import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.js';
import { modelGraph } from '../../src/model/graph.js';
import { isPooledFirst } from '../../src/model/graph.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { IMAGES, type LayerFragment, resolveModel, shapeOf } from './models.js';

const end: LayerFragment[] = [{ type: 'flatten' }, { type: 'dense' }];
/** Changes nothing, but stands between the activation and the pooling. */
const between: LayerFragment = { type: 'dropout', rate: 0 };

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

/** Outputs and the gradients of the sum of their squares, of a training step. */
function outputsAndGradients(layers: LayerFragment[]): Float32Array[] {
  const { logits } = buildModel(resolveModel(layers), shapeOf(IMAGES), { seed: 3, random: new StepRandom(runtime) });
  const x = tf.randomNormal([8, IMAGES.height, IMAGES.width, IMAGES.channels], 0, 1, 'float32', 5);
  const outputs = logits.apply(x, { training: true }) as tf.Tensor;
  const { grads } = tf.variableGrads(() => tf.sum(tf.square(logits.apply(x, { training: true }) as tf.Tensor)));
  return [outputs, ...Object.values(grads)].map((tensor) => tensor.dataSync<'float32'>());
}

const pooledFirst = (layers: LayerFragment[]): string[] => {
  const { nodes } = modelGraph(resolveModel(layers), shapeOf(IMAGES));
  return nodes.filter((node) => isPooledFirst(node, nodes)).map(({ layer }) => layer.name);
};

describe('max pooling before bias and activation', () => {
  const poolings = [
    { type: 'pooling2d', pooling: 'max' },
    { type: 'pooling2d', pooling: 'max', pool_size: 3, strides: 2, padding: 'same' },
    { type: 'pooling2d', pooling: 'strided' },
  ] as const;
  const activations = ['linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softplus', 'tanh'] as const;
  const cases = activations.flatMap((activation) => poolings.map((pooling) => ({ activation, pooling })));

  it.each(cases)('gives what it gives after them: $activation, $pooling', ({ activation, pooling }) => {
    const convolution: LayerFragment = { type: 'conv2d', filters: 4, activation, bias_initializer: 'ones' };
    const [first, after] = [[], [between]].map((middle) =>
      outputsAndGradients([convolution, ...middle, pooling, ...end]),
    );
    expect(pooledFirst([convolution, pooling, ...end])).toEqual(['conv2d']);
    for (const [index, values] of first.entries()) {
      const scale = Math.max(...after[index].map(Math.abs));
      const difference = values.map((value, place) => Math.abs(value - after[index][place]));
      expect(Math.max(...difference)).toBeLessThan(1e-5 * scale);
    }
  });

  it('is for an activation after batch normalization too', () => {
    const layers: LayerFragment[] = [{ type: 'conv2d', filters: 4, batch_normalization: true }, poolings[0], ...end];
    expect(pooledFirst(layers)).toEqual(['conv2d/activation']);
    const after = outputsAndGradients([layers[0], between, ...layers.slice(1)]);
    expect(outputsAndGradients(layers)[0]).toEqual(after[0]);
  });

  it.each<[string, LayerFragment[]]>([
    ['averages', [{ type: 'conv2d', filters: 4 }, { type: 'pooling2d', pooling: 'average' }, ...end]],
    ['swish, which falls and rises', [{ type: 'conv2d', filters: 4, activation: 'swish' }, poolings[0], ...end]],
    [
      'what another layer takes as well',
      [
        { type: 'conv2d', filters: 4, padding: 'same' },
        {
          type: 'residual',
          layers: [poolings[0], { type: 'conv2d', filters: 4, padding: 'same', activation: 'linear' }],
        },
        ...end,
      ],
    ],
  ])('is not for %s', (_, layers) => {
    expect(pooledFirst(layers)).toEqual([]);
  });
});
