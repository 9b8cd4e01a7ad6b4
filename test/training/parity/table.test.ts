import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadExperiment } from '../../../src/config/load.js';
import { loadDataset } from '../../../src/data/load.js';
import { randomStream } from '../../../src/random.js';
import { setUpRun } from '../../../src/run/setup.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { epochOrder } from '../../../src/training/trainer.js';
import { type Encoded, decode, deviation } from '../../support/encoding.js';
import { askKerasBy } from '../../support/keras.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { weightsOf } from './experiments.js';
import { trainSteps } from './training.js';

interface TableCase {
  target: string | string[];
  type: 'number' | 'binary' | 'category' | 'multi_label';
  loss: string;
  class_weight?: Record<string, number>;
  /** How towers of its columns become one; without it they stand side by side. */
  merge?: 'concatenate' | 'add' | 'multiply' | 'maximum' | 'average';
}

const OF_PRICE: TableCase = { target: 'price', type: 'number', loss: 'mean_squared_error' };

const CASES: Record<string, TableCase> = {
  'a number, mean squared error': { target: 'price', type: 'number', loss: 'mean_squared_error' },
  'a number, mean absolute error': { target: 'price', type: 'number', loss: 'mean_absolute_error' },
  'a number, Huber': { target: 'price', type: 'number', loss: 'huber' },
  'a binary target, cross-entropy': { target: 'dear', type: 'binary', loss: 'binary_crossentropy' },
  'a binary target, mean squared error': { target: 'dear', type: 'binary', loss: 'mean_squared_error' },
  'a binary target, weighed': {
    ...{ target: 'dear', type: 'binary', loss: 'binary_crossentropy' },
    class_weight: { no: 1, yes: 3 },
  },
  'several numbers': { target: ['price', 'x2'], type: 'number', loss: 'mean_squared_error' },
  'labels, cross-entropy': { target: 'tags', type: 'multi_label', loss: 'binary_crossentropy' },
  'labels, focal cross-entropy': { target: 'tags', type: 'multi_label', loss: 'binary_focal_crossentropy' },
  'classes, focal cross-entropy': { target: 'level', type: 'category', loss: 'categorical_focal_crossentropy' },
  'classes, cross-entropy': { target: 'level', type: 'category', loss: 'sparse_categorical_crossentropy' },
  'classes, mean squared error': { target: 'level', type: 'category', loss: 'mean_squared_error' },
  'towers and what none takes, concatenated': { ...OF_PRICE, merge: 'concatenate' },
  'towers, added': { ...OF_PRICE, merge: 'add' },
  'towers, multiplied': { ...OF_PRICE, merge: 'multiply' },
  'towers, the maximum': { ...OF_PRICE, merge: 'maximum' },
  'towers, the average': { ...OF_PRICE, merge: 'average' },
};

/** 80 are trained on: five batches. */
const ROWS = 96;
const BATCH = 16;
const EPOCHS = 10;
const LEARNING_RATE = 0.05;

/** Numbers of which some are missing and some skewed, words, and targets that follow from them. */
function table(): string {
  const random = randomStream(1, 'test/table');
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const [x, y, z, w] = [100 * random.normal(), random.normal(), Math.exp(3 * random.normal()), random.uniform()];
    const kind = ['a', '"b, c"', 'd'][random.below(3)];
    const price = Math.round(500_000 + 1000 * x + 1e5 * y + 1e4 * Math.log1p(z) + 3e4 * random.normal());
    const level = price < 450_000 ? 'low' : price < 550_000 ? 'mid' : 'top';
    const tags = [...(price > 500_000 ? ['dear'] : []), ...(x > 0 ? ['east'] : []), ...(w > 0.5 ? ['new'] : [])];
    const dear = price > 500_000 ? 'yes' : 'no';
    return [x, row % 7 === 3 ? '' : y, z, w, kind, price, dear, level, tags.join('|'), x * y].join();
  });
  return ['x,y,z,w,kind,price,dear,level,tags,x2', ...rows].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'ablate-table-'));

/** Of x and y, of z and w, and of the kinds, but where they are concatenated: those are merged as they are. */
function towersOf(merge: NonNullable<TableCase['merge']>): object {
  const layers = [{ type: 'dense', units: 5, activation: 'tanh' }];
  const kind = merge === 'concatenate' ? {} : { kind: { layers } };
  return {
    merge,
    inputs: { first: { columns: ['x', 'y'], layers }, second: { columns: ['z', 'w'], layers }, ...kind },
  };
}

function experimentOf({ target, type, loss, class_weight, merge }: TableCase): string {
  const file = join(folder, `${String(target)}-${loss}-${merge ?? ''}.yaml`);
  const column = { type, ...(type === 'multi_label' ? { separator: '|' } : {}) };
  writeFileSync(
    file,
    JSON.stringify({
      dataset: {
        name: 'table',
        train: 'rows.csv',
        test: 'rows.csv',
        inputs: {
          x: { type: 'number' },
          y: { type: 'number', missing: 'indicator' },
          z: { type: 'number', normalization: 'log' },
          w: { type: 'number', normalization: 'rescale' },
          kind: { type: 'category' },
        },
        target: typeof target === 'string' ? { [target]: column } : target,
        validation_split: 1 / 6,
      },
      model: {
        ...(merge ? towersOf(merge) : {}),
        layers: [{ type: 'dense', units: 6, activation: 'tanh' }, { type: 'dense' }],
      },
      training: {
        ...{ loss, batch_size: BATCH, epochs: EPOCHS, seed: 3, class_weight: class_weight ?? null },
        optimizer: { name: 'sgd', learning_rate: LEARNING_RATE },
      },
    }),
  );
  return file;
}

interface Trained {
  /** Of each step. */
  losses: number[];
  /** In the end, by name. */
  weights: Record<string, Encoded>;
  /** The loss of the validation rows then. */
  validation: number;
}

/** Trains a case here. @returns also what Keras must know to train the same */
async function trainOurs(runtime: Runtime, each: TableCase): Promise<{ ours: Trained; question: object }> {
  const { config: experiment } = loadExperiment(experimentOf(each));
  const dataset = await loadDataset(experiment.dataset, { baseDirectory: folder });
  const setup = setUpRun(experiment, dataset, runtime);
  const stepsPerEpoch = Math.ceil(setup.train.length / BATCH);
  const question = {
    ...each,
    file: join(folder, 'rows.csv'),
    weights: weightsOf(setup),
    orders: Array.from({ length: EPOCHS }, (_, epoch) => batches(epochOrder(setup.train, 3, epoch + 1))),
    validation: Array.from(setup.validation),
    learning_rate: LEARNING_RATE,
    class_weight: each.class_weight ? { 0: each.class_weight.no, 1: each.class_weight.yes } : null,
  };
  return { question, ours: trainSteps({ setup, experiment, stepsPerEpoch }) };
}

function batches(order: Int32Array): number[][] {
  return Array.from({ length: order.length / BATCH }, (_, step) =>
    Array.from(order.subarray(BATCH * step, BATCH * (step + 1))),
  );
}

const ours: Record<string, Trained> = {};
let keras: Record<string, Trained>;

beforeAll(async () => {
  writeFileSync(join(folder, 'rows.csv'), table());
  const runtime = await startTensorFlow();
  const questions: Record<string, object> = {};
  for (const [name, each] of Object.entries(CASES)) {
    const trained = await trainOurs(runtime, each);
    ours[name] = trained.ours;
    questions[name] = trained.question;
  }
  keras = await askKerasBy(fileURLToPath(new URL('keras_table.py', import.meta.url)), questions);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('50 steps on a table as in Keras, which reads and prepares it by itself', () => {
  it.each(Object.keys(CASES))('%s', (name) => {
    const expected = keras[name];
    expect(ours[name].losses).toHaveLength(50);
    [...ours[name].losses, ours[name].validation].forEach((loss, step) => {
      const wanted = [...expected.losses, expected.validation][step];
      expect(Math.abs(loss - wanted), `step ${step}`).toBeLessThan(1e-4 * wanted);
    });
    expect(Object.keys(expected.weights).toSorted()).toEqual(Object.keys(ours[name].weights).toSorted());
    for (const [weight, value] of Object.entries(ours[name].weights)) {
      expect(deviation(decode(value), decode(expected.weights[weight])), weight).toBeLessThan(2e-3);
    }
  });

  it('is of losses that fall', () => {
    for (const { losses } of Object.values(ours)) expect(losses[49]).toBeLessThan(losses[0]);
  });
});
