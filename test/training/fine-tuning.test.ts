import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingInputs } from '../../src/run/setup.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { train } from '../../src/training/trainer.js';
import type { LayerFragment } from '../model/models.js';
import { type Encoded, decode, deviation, encode } from '../support/encoding.js';
import { askKerasBy } from '../support/keras.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { DATASET, type Prepared, prepare, questionOf, weightsOf } from './parity/experiments.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

const LAYERS: LayerFragment[] = [
  { type: 'conv2d', filters: 4, batch_normalization: true },
  { type: 'pooling2d' },
  { type: 'conv2d', filters: 3, kernel_size: 1 },
];
/** With an epsilon that keeps rounding errors of gradients near zero from becoming whole steps. */
const RATE = { name: 'adamw', learning_rate: 0.01, weight_decay: 0.1, epsilon: 0.01 };
const MULTIPLIERS = { conv2d: 0.25, conv2d_1: 0.5 };

/** The output layer first, then one convolution after the other. */
const TRAINING = {
  optimizer: RATE,
  epochs: 6,
  trainable: ['output'],
  unfreeze: { '3': ['conv2d_1'], '5': ['conv2d*'] },
  learning_rate_multipliers: MULTIPLIERS,
};

async function trainHere({ setup, experiment }: Prepared): Promise<{ events: TrainingEvent[] }> {
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent): void => {
    events.push(event);
  };
  await train({ config: experiment.training, ...trainingInputs(setup), onEvent });
  return { events };
}

interface KerasAnswer {
  losses: number[];
  weights: Record<string, Encoded>;
}

async function trainInKeras(prepared: Prepared): Promise<KerasAnswer> {
  const { images, labels } = DATASET.train;
  const { height, width, channels } = DATASET;
  const pixels = tf.tensor(Float32Array.from(images.subarray(0, images.byteLength)), [
    labels.length,
    height,
    width,
    channels,
  ]);
  const script = fileURLToPath(new URL('keras_fine_tuning.py', import.meta.url));
  const question = {
    ...questionOf(prepared),
    images: encode(pixels.div(255)),
    labels: Array.from(labels),
    shape: [height, width, channels],
    classes: DATASET.classes.length,
    learning_rate: RATE.learning_rate,
    optimizer: { weight_decay: RATE.weight_decay, epsilon: RATE.epsilon },
    multipliers: { ...MULTIPLIERS, 'conv2d/batch_normalization': MULTIPLIERS.conv2d },
    trained: { '1': ['output'], '3': ['conv2d_1'], '5': ['conv2d', 'conv2d/batch_normalization'] },
  };
  return askKerasBy(script, question);
}

describe('layers unfrozen in turn, each with a learning rate of its own', () => {
  it('train as in Keras, with an optimizer for each layer', async () => {
    const prepared = prepare(runtime, { layers: LAYERS, training: TRAINING, normalization: 'rescale' });
    const asked = trainInKeras(prepared);
    const { events } = await trainHere(prepared);
    const keras = await asked;
    const ours = weightsOf(prepared.setup);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(keras.weights).sort());
    const deviations = Object.entries(keras.weights).map(([name, weight]): [string, number] => [
      name,
      deviation(decode(ours[name]), decode(weight)),
    ]);
    expect(deviations.filter(([, value]) => value > 2e-5)).toEqual([]);
    const unfrozen = events.filter((event) => event.type === 'unfrozen');
    expect(unfrozen).toEqual([
      { type: 'unfrozen', epoch: 3, layers: ['conv2d_1'] },
      { type: 'unfrozen', epoch: 5, layers: ['conv2d', 'conv2d/batch_normalization'] },
    ]);
    prepared.setup.dispose();
  });

  it('stay as they are to the bit until then, moving averages too', async () => {
    const prepared = prepare(runtime, { layers: LAYERS, training: { ...TRAINING, epochs: 2, unfreeze: null } });
    const before = weightsOf(prepared.setup);
    await trainHere(prepared);
    const after = weightsOf(prepared.setup);
    const changed = Object.keys(after).filter((name) => after[name].data !== before[name].data);
    expect(changed.sort()).toEqual(['output/bias', 'output/kernel']);
    prepared.setup.dispose();
  });
});
