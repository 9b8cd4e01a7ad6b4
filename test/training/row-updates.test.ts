import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OptimizerConfig } from '../../src/config/schema/experiment.generated.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { createOptimizer } from '../../src/training/optimizers.js';
import { RowGradients } from '../../src/training/row-gradients.js';
import { askKerasBy } from '../support/keras.js';
import { startTensorFlow } from '../support/tensorflow.js';

const STEPS = 50;
const ROWS = 30;
const WIDTH = 3;
const READ = 6;

const optimizers: OptimizerConfig[] = [
  { name: 'sgd', learning_rate: 0.1, momentum: 0, nesterov: false },
  { name: 'adagrad', learning_rate: 0.1, initial_accumulator_value: 0.1, epsilon: 1e-7 },
  { name: 'adadelta', learning_rate: 1, rho: 0.95, epsilon: 1e-4 },
  { name: 'rmsprop', learning_rate: 0.01, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
];
const kerasClass: Record<string, string> = { sgd: 'SGD', adagrad: 'Adagrad', adadelta: 'Adadelta', rmsprop: 'RMSprop' };

const random = randomStream(1, 'test/row-updates');
const normals = (count: number): number[] => Array.from({ length: count }, () => random.normal());
const table = Array.from({ length: ROWS }, () => normals(WIDTH));
// Some rows are read again and again, and twice in a step; some after many steps, one never.
const rows = Array.from({ length: STEPS }, () => Array.from({ length: READ }, () => Math.min(random.below(ROWS - 1), random.below(ROWS - 1)))); // prettier-ignore
const targets = Array.from({ length: STEPS }, () => Array.from({ length: READ }, () => normals(WIDTH)));

let runtime: Runtime;
let keras: number[][];

beforeAll(async () => {
  runtime = await startTensorFlow();
  const question = {
    ...{ table, rows, targets },
    optimizers: optimizers.map(({ name, ...settings }) => ({ class: kerasClass[name], arguments: settings })),
  };
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  keras = (await askKerasBy<{ train_table: number[][] }>(script, { train_table: question })).train_table;
});

/** The table and the optimizer's slots after some steps, in a program that is traced once; from those of an earlier call. */
function trained(config: OptimizerConfig, to: number, from?: { step: number; values: Float32Array[] }) {
  const weight = runtime.variable('embeddings', tf.tensor2d(table));
  const optimizer = createOptimizer(config, [weight], runtime, undefined, new Set([weight]));
  const variables = [weight, ...optimizer.slots];
  from?.values.forEach((values, index) => {
    variables[index].assign(tf.tensor(values, [...variables[index].shape]));
  });
  const specs = [
    { shape: [READ], dtype: 'int32' },
    { shape: [READ, WIDTH], dtype: 'float32' },
    { shape: [], dtype: 'int32' },
  ] as const;
  const program = runtime.compile('rows', specs, ([read, target, iteration]) => {
    const gradients = new RowGradients(runtime);
    const loss = (place: tf.Tensor): tf.Scalar =>
      tf.sum(tf.square(tf.sub(gradients.gather(weight, read, place), target)));
    const { value } = tf.valueAndGrads(loss)([tf.scalar(0)]);
    optimizer.apply([gradients.of(weight)], tf.scalar(config.learning_rate), iteration);
    gradients.dispose();
    return [value];
  });
  for (let step = from?.step ?? 0; step < to; step++) {
    program.run([tf.tensor1d(rows[step], 'int32'), tf.tensor2d(targets[step]), tf.scalar(step, 'int32')]);
  }
  const values = variables.map((variable) => variable.read().dataSync<'float32'>());
  return { step: to, values, listing: program.listing };
}

describe.each(optimizers.map((config, index) => [config.name, config, index] as const))(
  'a table updated by rows, %s',
  (_, config, index) => {
    it('becomes in 50 steps what it does in Keras, whole', () => {
      const { values, listing } = trained(config, STEPS);
      expect(listing).toContain('ResourceSparseApply');
      const [actual, expected] = [Array.from(values[0]), keras[index]];
      const largest = Math.max(...actual.map((value, at) => Math.abs(value - expected[at])));
      expect(largest / Math.max(...expected.map(Math.abs))).toBeLessThan(1e-5);
      expect(actual).not.toEqual(table.flat());
      expect(actual.slice(-WIDTH)).toEqual(Array.from(Float32Array.from(table[ROWS - 1])));
    });

    it('continues to the bit from its slots', () => {
      expect(trained(config, STEPS, trained(config, 20)).values).toEqual(trained(config, STEPS).values);
    });
  },
);
