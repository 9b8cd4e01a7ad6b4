import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GradientClippingConfig, OptimizerConfig } from '../../src/config/schema/experiment.generated.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { createGradientClipping } from '../../src/training/gradient-clipping.js';
import { createOptimizer } from '../../src/training/optimizers.js';
import { askKerasBy } from '../support/keras.js';
import { startTensorFlow } from '../support/tensorflow.js';

const STEPS = 50;
const BATCH = 16;
const FEATURES = 6;
const CLASSES = 3;

interface Case {
  config: OptimizerConfig;
  keras: { class: string; arguments: Record<string, number | boolean> };
  clipping?: GradientClippingConfig;
}

const adam = { learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false };
const rmsprop = { learning_rate: 0.01, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false };
const sgd = { learning_rate: 0.1, momentum: 0, nesterov: false };

/** Each optimizer in each of its ways; the arguments have the same names in Keras. */
const cases: Record<string, Case> = {
  sgd: same('SGD', { name: 'sgd', ...sgd }),
  'sgd with momentum': same('SGD', { name: 'sgd', ...sgd, momentum: 0.9 }),
  'sgd with Nesterov momentum': same('SGD', { name: 'sgd', ...sgd, momentum: 0.9, nesterov: true }),
  adagrad: same('Adagrad', { name: 'adagrad', learning_rate: 0.1, initial_accumulator_value: 0.1, epsilon: 1e-7 }),
  'adagrad with a large epsilon': same('Adagrad', {
    name: 'adagrad',
    learning_rate: 0.1,
    initial_accumulator_value: 0,
    epsilon: 0.01,
  }),
  adadelta: same('Adadelta', { name: 'adadelta', learning_rate: 1, rho: 0.95, epsilon: 1e-7 }),
  rmsprop: same('RMSprop', { name: 'rmsprop', ...rmsprop }),
  'rmsprop with momentum': same('RMSprop', { name: 'rmsprop', ...rmsprop, momentum: 0.9 }),
  'rmsprop centered': same('RMSprop', { name: 'rmsprop', ...rmsprop, epsilon: 1e-3, centered: true }),
  'rmsprop centered with momentum': same('RMSprop', {
    name: 'rmsprop',
    ...rmsprop,
    epsilon: 1e-3,
    centered: true,
    momentum: 0.5,
  }),
  adam: same('Adam', { name: 'adam', ...adam }),
  'adam with a large epsilon': same('Adam', { name: 'adam', ...adam, beta_1: 0.5, epsilon: 0.1 }),
  'adam with AMSGrad': same('Adam', { name: 'adam', ...adam, beta_2: 0.9, amsgrad: true }),
  adamw: same('AdamW', { name: 'adamw', ...adam, weight_decay: 0.1 }),
  'adamw with AMSGrad': same('AdamW', { name: 'adamw', ...adam, weight_decay: 0.004, amsgrad: true }),
  clipnorm: same('SGD', { name: 'sgd', ...sgd, learning_rate: 1 }, { clipnorm: 0.1 }),
  clipvalue: same('SGD', { name: 'sgd', ...sgd, learning_rate: 1 }, { clipvalue: 0.03 }),
  global_clipnorm: same('Adam', { name: 'adam', ...adam }, { global_clipnorm: 0.1 }),
};

function same(kerasClass: string, config: OptimizerConfig, clipping?: GradientClippingConfig): Case {
  const own = Object.entries(config).filter(([key]) => key !== 'name') as [string, number | boolean][];
  return { config, keras: { class: kerasClass, arguments: { ...Object.fromEntries(own), ...clipping } }, clipping };
}

interface Trained {
  losses: number[];
  weights: number[][];
}

const random = randomStream(1, 'test/optimizers');
const normals = (count: number): number[] => Array.from({ length: count }, () => random.normal());
const inputs = Array.from({ length: STEPS }, () => Array.from({ length: BATCH }, () => normals(FEATURES)));
const labels = Array.from({ length: STEPS }, () => Array.from({ length: BATCH }, () => random.below(CLASSES)));
const kernel = Array.from({ length: FEATURES }, () => normals(CLASSES));
const bias = normals(CLASSES);

let runtime: Runtime;
let keras: Trained[];

beforeAll(async () => {
  runtime = await startTensorFlow();
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  const question = {
    train: { inputs, labels, kernel, bias, optimizers: Object.values(cases).map((each) => each.keras) },
  };
  ({ train: keras } = await askKerasBy<{ train: Trained[] }>(script, question));
});

/** Trains softmax regression for 50 steps, in a program that is traced once. */
function train({ config, clipping }: Case, hasFusedUpdates: boolean): Trained & { listing: string } {
  const engine = {
    hasFusedUpdates,
    variable: runtime.variable.bind(runtime),
    update: runtime.update.bind(runtime),
    updateRows: runtime.updateRows.bind(runtime),
  };
  const weights = [tf.tensor2d(kernel), tf.tensor1d(bias)].map((value) => runtime.variable('weight', value));
  const optimizer = createOptimizer(config, weights, engine);
  const clip = createGradientClipping(clipping ?? null, ['kernel', 'bias']);
  const specs = [
    { shape: [BATCH, FEATURES], dtype: 'float32' },
    { shape: [BATCH], dtype: 'int32' },
    { shape: [], dtype: 'float32' },
    { shape: [], dtype: 'int32' },
  ] as const;
  const program = runtime.compile('step', specs, ([x, y, learningRate, iteration]) => {
    const loss = (w: tf.Tensor, b: tf.Tensor): tf.Scalar =>
      tf.mean(runtime.softmaxCrossEntropy(y, tf.add(tf.matMul(x, w), b)));
    const { value, grads } = tf.valueAndGrads(loss)(weights.map((weight) => weight.read()));
    optimizer.apply(clip ? clip(grads) : grads, learningRate, iteration);
    return [value];
  });
  const losses = inputs.map((x, step) => {
    const rate = tf.scalar(config.learning_rate);
    const [loss] = program.run([tf.tensor2d(x), tf.tensor1d(labels[step], 'int32'), rate, tf.scalar(step, 'int32')]);
    return loss.dataSync()[0];
  });
  return { losses, weights: weights.map((weight) => Array.from(weight.read().dataSync())), listing: program.listing };
}

/** The largest difference in proportion to the values' size. */
function relativeError(actual: number[], expected: number[]): number {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...actual.map((value, index) => Math.abs(value - expected[index]))) / scale;
}

describe.each(Object.entries(cases))('%s', (name, each) => {
  it.each([
    ['fused', true],
    ['as its formula', false],
  ])('trains as in Keras for 50 steps, %s', (_, hasFusedUpdates) => {
    const expected = keras[Object.keys(cases).indexOf(name)];
    const actual = train(each, hasFusedUpdates);
    expect(relativeError(actual.losses, expected.losses)).toBeLessThan(3e-6);
    actual.weights.forEach((values, index) => {
      expect(relativeError(values, expected.weights[index])).toBeLessThan(1e-5);
    });
    // The weights have moved, or nothing would be compared.
    expect(relativeError(actual.weights[0], kernel.flat())).toBeGreaterThan(1e-3);
  });
});

describe('an optimizer', () => {
  it.each(Object.entries(cases))('updates each weight by one fused op: %s', (_, each) => {
    const updates = train(each, true).listing.match(/ResourceApply\w+/g) ?? [];
    const perWeight = each.config.name === 'adamw' ? 2 : 1; // and one for the decay
    expect(updates).toHaveLength(2 * perWeight);
  });

  it('continues to the bit from its weights and slots', () => {
    const whole = steppedOn(undefined, 6);
    const half = steppedOn(undefined, 3);
    expect(steppedOn(half, 6)).toEqual(whole);
    expect(half).not.toEqual(whole);
  });

  it('names its slots after the weight and Keras’s variables', () => {
    const weight = runtime.variable('conv2d/kernel', tf.zeros([2, 2]));
    const names = createOptimizer({ name: 'adam', ...adam, amsgrad: true }, [weight], runtime).slots.map(
      ({ name }) => name,
    );
    expect(names).toEqual(['conv2d/kernel/momentum', 'conv2d/kernel/velocity', 'conv2d/kernel/velocity_hat']);
  });
});

/** The weight and the slots of AdamW after some steps on fixed gradients, from those of an earlier call. */
function steppedOn(
  from: { step: number; values: number[][] } | undefined,
  to: number,
): { step: number; values: number[][] } {
  const weight = runtime.variable('weight', tf.tensor1d(bias));
  const optimizer = createOptimizer({ name: 'adamw', ...adam, weight_decay: 0.1, amsgrad: true }, [weight], runtime);
  const variables = [weight, ...optimizer.slots];
  from?.values.forEach((values, index) => {
    variables[index].assign(tf.tensor1d(values));
  });
  for (let step = from?.step ?? 0; step < to; step++) {
    optimizer.apply([tf.tensor1d(kernel[step % FEATURES])], tf.scalar(0.01), tf.scalar(step, 'int32'));
  }
  return { step: to, values: variables.map((variable) => Array.from(variable.read().dataSync())) };
}
