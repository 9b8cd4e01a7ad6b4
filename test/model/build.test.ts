import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.js';
import { drawWeight } from '../../src/model/initializers.js';
import { regularizationPenalty } from '../../src/model/regularizers.js';
import { withWeights } from '../../src/model/weights.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { IMAGES, type LayerFragment, resolveModel, shapeOf } from './models.js';

const end: LayerFragment[] = [{ type: 'flatten' }, { type: 'dense' }];

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

const build = (layers: LayerFragment[], seed = 1) =>
  buildModel(resolveModel(layers), shapeOf(IMAGES), { seed, random: new StepRandom(runtime) });

const valuesOf = (model: tf.LayersModel): Float32Array[] =>
  model.weights.map((weight) => weight.read().dataSync<'float32'>());

describe('buildModel', () => {
  it('shares the layers of model and logits up to the softmax', () => {
    const { model, logits } = build([{ type: 'conv2d', filters: 2 }, ...end]);
    expect(model.layers.map(({ name }) => name)).toEqual(['input', 'conv2d', 'flatten', 'dense', 'dense/activation']);
    expect(logits.weights).toEqual(model.weights);
    const x = tf.ones([2, IMAGES.height, IMAGES.width, IMAGES.channels]);
    const [probabilities, scores] = [model, logits].map((each) => each.predict(x) as tf.Tensor);
    expect(tf.softmax(scores).dataSync()).toEqual(probabilities.dataSync());
  });

  it('has one model where there is no softmax', () => {
    const { model, logits } = build([{ type: 'flatten' }, { type: 'dense', activation: 'sigmoid' }]);
    expect(logits).toBe(model);
  });

  it('draws the same weights for the same seed and name, whatever else there is', () => {
    const plain = build([{ type: 'conv2d', name: 'first', filters: 4 }, ...end]).model;
    const other = build([
      { type: 'conv2d', name: 'another', filters: 4, padding: 'same' },
      { type: 'conv2d', name: 'first', filters: 4 },
      ...end,
    ]).model;
    const kernelOf = (model: tf.LayersModel) => model.getLayer('first').getWeights()[0].dataSync();
    expect(kernelOf(other)).toEqual(kernelOf(plain));
    expect(valuesOf(build([{ type: 'conv2d', filters: 4 }, ...end], 2).model)[0]).not.toEqual(kernelOf(plain));
  });

  it('draws the kernels of groups as one', () => {
    const { model } = build([{ type: 'conv2d', filters: 6, groups: 2, kernel_initializer: 'he_normal' }, ...end]);
    const kernels = [0, 1].map((group) => model.getLayer(`conv2d/group_${group}`).getWeights()[0]);
    const whole = drawWeight('he_normal', [3, 3, 2, 6], randomStream(1, 'weights/conv2d/kernel'));
    expect(tf.concat(kernels, -1).dataSync()).toEqual(whole);
  });

  it('says what is wrong with an impossible model', () => {
    const error = (() => {
      try {
        return build([{ type: 'conv2d', filters: 2, kernel_size: 20 }, ...end]);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'model-shape-invalid', exitCode: 2 });
    expect((error as Error).message).toContain('model.layers.0.kernel_size');
  });
});

describe('withWeights', () => {
  it('lets layers read other weights, and gives them their own back', () => {
    const { model } = build([{ type: 'flatten' }, { type: 'dense', activation: 'linear' }]);
    const x = tf.ones([1, IMAGES.height, IMAGES.width, IMAGES.channels]);
    const apply = (): Float32Array => (model.apply(x) as tf.Tensor).dataSync<'float32'>();
    const before = apply();
    const others = model.weights.map(({ shape }) => tf.fill(shape as number[], 2));
    const access = { read: (index: number) => others[index], write: () => undefined };
    const size = IMAGES.height * IMAGES.width * IMAGES.channels;
    expect([...withWeights(model, access, apply)]).toEqual(Array.from({ length: 3 }, () => 2 * size + 2));
    expect(() =>
      withWeights(model, access, () => {
        throw new Error('within');
      }),
    ).toThrow('within');
    expect(apply()).toEqual(before);
  });
});

describe('a traced training step', () => {
  it('has none of the ops that cost a pass over memory for nothing', () => {
    const random = new StepRandom(runtime);
    const layers: LayerFragment[] = [
      { type: 'conv2d', filters: 4, batch_normalization: true, dropout: 0.5 },
      { type: 'conv2d', filters: 4, activation: { name: 'leaky_relu' }, kernel_regularizer: { l2: 0.1 } },
      { type: 'pooling2d' },
      { type: 'flatten' },
      { type: 'dense', units: 8, activation: 'softplus' },
      { type: 'dense' },
    ];
    const { logits } = buildModel(resolveModel(layers), shapeOf(IMAGES), { seed: 1, random });
    const variables = logits.weights.map((weight) => runtime.variable(weight.name, weight.read()));
    const trained = logits.trainableWeights.map((weight) => logits.weights.indexOf(weight));
    const shape = [16, IMAGES.height, IMAGES.width, IMAGES.channels];
    const specs = [
      { shape, dtype: 'float32' as const },
      { shape: [16], dtype: 'int32' as const },
      { shape: [random.seeds({ augmentation: 1, dropout: 1 }).length], dtype: 'int32' as const },
      { shape: [], dtype: 'int32' as const },
    ];
    const { listing } = runtime.compile('step', specs, ([x, labels, seeds, step]) =>
      random.during(seeds, step, () => {
        const { grads } = tf.valueAndGrads((...weights: tf.Tensor[]) => {
          const access = {
            read: (index: number) =>
              trained.includes(index) ? weights[trained.indexOf(index)] : variables[index].read(),
            write: (index: number, value: tf.Tensor) => {
              variables[index].assign(value);
            },
          };
          return withWeights(logits, access, () => {
            const loss = tf.mean(runtime.softmaxCrossEntropy(labels, logits.apply(x, { training: true }) as tf.Tensor));
            return tf.add<tf.Scalar>(loss, regularizationPenalty(logits) ?? 0);
          });
        })(trained.map((index) => variables[index].read()));
        return grads;
      }),
    );
    const operations = new Set([...listing.matchAll(/= (\w+)\(/g)].map(([, name]) => name));
    expect([...operations]).toEqual(
      expect.arrayContaining(['FusedBatchNormV3', 'FusedBatchNormGradV3', 'LeakyReluGrad', 'SoftplusGrad', 'MatMul']),
    );
    for (const wasteful of ['Select', 'Fill', 'BatchMatMulV2', 'ZerosLike', 'OnesLike', 'Greater']) {
      expect(operations).not.toContain(wasteful);
    }
    // No constant of the program is as large as an activation.
    const constants = [...listing.matchAll(/= Const .*\[([\d,]*)\]$/gm)].map(([, lengths]) =>
      lengths.split(',').reduce((size, length) => size * Number(length || 1), 1),
    );
    expect(Math.max(...constants)).toBeLessThan(100);
  });
});
