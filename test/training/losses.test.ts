import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingConfig } from '../../src/config/schema/experiment.generated.js';
import { UserError } from '../../src/text/errors.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { classWeights, labelWeights } from '../../src/training/class-weights.js';
import { oversampled } from '../../src/training/oversampling.js';
import { categoryTarget } from '../../src/data/columns/category.js';
import { createLoss } from '../../src/training/losses.js';
import { askKerasBy } from '../support/keras.js';
import { startTensorFlow } from '../support/tensorflow.js';

const BATCH = 12;
const CLASSES = 4;
const CROSS_ENTROPY = 'sparse_categorical_crossentropy';
const WEIGHTS = [0.5, 1, 2, 0];

const random = randomStream(1, 'test/losses');
const logits = Array.from({ length: BATCH }, () => Array.from({ length: CLASSES }, () => 4 * random.normal()));
const hard = Array.from({ length: BATCH }, () => random.below(CLASSES));
const soft = Array.from({ length: BATCH }, () => {
  const shares = Array.from({ length: CLASSES }, () => random.uniform());
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
});
const weightsOfSoft = soft.map((shares) => shares.reduce((sum, share, index) => sum + share * WEIGHTS[index], 0));

interface Case {
  loss: TrainingConfig['loss'];
  smoothing: number;
  labels: number[] | number[][];
  weights?: number[];
  focal?: { gamma: number; alpha: number | null };
  keras: { class: string; arguments: object; weights: number[] | null };
}

const fromLogits = { from_logits: true };
const cases: Record<string, Case> = {
  'cross-entropy': {
    loss: CROSS_ENTROPY,
    smoothing: 0,
    labels: hard,
    keras: { class: 'SparseCategoricalCrossentropy', arguments: fromLogits, weights: null },
  },
  'cross-entropy with label smoothing': {
    loss: CROSS_ENTROPY,
    smoothing: 0.1,
    labels: hard,
    keras: { class: 'CategoricalCrossentropy', arguments: { ...fromLogits, label_smoothing: 0.1 }, weights: null },
  },
  'cross-entropy of soft labels': {
    loss: CROSS_ENTROPY,
    smoothing: 0,
    labels: soft,
    keras: { class: 'CategoricalCrossentropy', arguments: fromLogits, weights: null },
  },
  'cross-entropy of soft labels with label smoothing': {
    loss: CROSS_ENTROPY,
    smoothing: 0.3,
    labels: soft,
    keras: { class: 'CategoricalCrossentropy', arguments: { ...fromLogits, label_smoothing: 0.3 }, weights: null },
  },
  'cross-entropy with class weights': {
    loss: CROSS_ENTROPY,
    smoothing: 0.1,
    labels: hard,
    weights: WEIGHTS,
    keras: {
      class: 'CategoricalCrossentropy',
      arguments: { ...fromLogits, label_smoothing: 0.1 },
      weights: hard.map((label) => WEIGHTS[label]),
    },
  },
  'cross-entropy of soft labels with class weights': {
    loss: CROSS_ENTROPY,
    smoothing: 0,
    labels: soft,
    weights: WEIGHTS,
    keras: { class: 'CategoricalCrossentropy', arguments: fromLogits, weights: weightsOfSoft },
  },
  'mean squared error': {
    loss: 'mean_squared_error',
    smoothing: 0,
    labels: hard,
    keras: { class: 'MeanSquaredError', arguments: {}, weights: null },
  },
  'mean squared error of soft labels': {
    loss: 'mean_squared_error',
    smoothing: 0,
    labels: soft,
    keras: { class: 'MeanSquaredError', arguments: {}, weights: null },
  },
  'mean squared error with class weights': {
    loss: 'mean_squared_error',
    smoothing: 0,
    labels: hard,
    weights: WEIGHTS,
    keras: { class: 'MeanSquaredError', arguments: {}, weights: hard.map((label) => WEIGHTS[label]) },
  },
};

const FOCAL: Record<string, Case> = {
  'focal cross-entropy': {
    loss: 'categorical_focal_crossentropy',
    smoothing: 0,
    labels: hard,
    keras: { class: 'CategoricalFocalCrossentropy', arguments: {}, weights: null },
  },
  'focal cross-entropy with its arguments, label smoothing and class weights': {
    loss: 'categorical_focal_crossentropy',
    smoothing: 0.1,
    labels: hard,
    weights: WEIGHTS,
    focal: { gamma: 0.7, alpha: 0.6 },
    keras: {
      class: 'CategoricalFocalCrossentropy',
      arguments: { gamma: 0.7, alpha: 0.6, label_smoothing: 0.1 },
      weights: hard.map((label) => WEIGHTS[label]),
    },
  },
  'binary focal cross-entropy': {
    loss: 'binary_focal_crossentropy',
    smoothing: 0,
    labels: soft,
    keras: { class: 'BinaryFocalCrossentropy', arguments: {}, weights: null },
  },
  'binary focal cross-entropy, balanced': {
    loss: 'binary_focal_crossentropy',
    smoothing: 0,
    labels: soft,
    focal: { gamma: 3, alpha: 0.8 },
    keras: {
      class: 'BinaryFocalCrossentropy',
      arguments: { gamma: 3, alpha: 0.8, apply_class_balancing: true },
      weights: null,
    },
  },
};
Object.assign(cases, FOCAL);

interface Computed {
  values: number[];
  gradient: number[][];
}

let runtime: Runtime;
let keras: Computed[];

beforeAll(async () => {
  runtime = await startTensorFlow();
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  const asked = Object.values(cases).map(({ keras: reference, labels }) => ({ ...reference, labels }));
  const answer = await askKerasBy<{ losses: Computed[] }>(script, {
    losses: { logits, cases: asked },
  });
  keras = answer.losses;
});

const toOutputs = categoryTarget.toOutputs.bind(categoryTarget);

function labelTensor(labels: number[] | number[][]): tf.Tensor {
  return labels === hard ? tf.tensor1d(hard, 'int32') : tf.tensor2d(labels);
}

function compute({ loss: name, smoothing, labels, weights, focal }: Case): Computed {
  const loss = createLoss(
    { loss: name, label_smoothing: smoothing, focal },
    { runtime, outputs: CLASSES, toOutputs, weights },
  );
  const targets = labelTensor(labels);
  const mean = (x: tf.Tensor): tf.Scalar => tf.mean(loss(x, targets));
  return {
    values: Array.from(loss(tf.tensor2d(logits), targets).dataSync()),
    gradient: (tf.grad(mean)(tf.tensor2d(logits)) as tf.Tensor2D).arraySync(),
  };
}

describe('a loss', () => {
  it.each(Object.entries(cases))('is that of Keras, with its gradient: %s', (name, each) => {
    const expected = keras[Object.keys(cases).indexOf(name)];
    const actual = compute(each);
    expect(actual.values).toHaveLength(BATCH);
    actual.values.forEach((value, example) => {
      expect(Math.abs(value - expected.values[example])).toBeLessThan(2e-6 * (1 + expected.values[example]));
      actual.gradient[example].forEach((slope, index) => {
        expect(slope).toBeCloseTo(expected.gradient[example][index], 6);
      });
    });
  });

  it('makes no target where the labels are enough: one op', () => {
    const loss = createLoss({ loss: CROSS_ENTROPY, label_smoothing: 0 }, { runtime, outputs: CLASSES, toOutputs });
    const specs = [
      { shape: [BATCH, CLASSES], dtype: 'float32' },
      { shape: [BATCH], dtype: 'int32' },
    ] as const;
    const { listing } = runtime.compile('loss', specs, ([x, y]) => [loss(x, y)]);
    expect(listing).toContain('SparseSoftmaxCrossEntropyWithLogits');
    expect(listing).not.toContain('OneHot');
  });
});

describe('weights of labels', () => {
  const truth = Int32Array.of(1, 0, 1, 0, 1, 0, 1, 1, 1, 0);

  it('weigh what applies as TensorFlow’s pos_weight does', () => {
    const weights = labelWeights({ b: 3 }, ['a', 'b'], truth);
    const p = tf.tensor2d([[0.9, 0.2], [0.6, 0.7]]); // prettier-ignore
    const t = tf.tensor2d([[1, 0], [0, 1]]); // prettier-ignore
    const loss = createLoss(
      { loss: 'binary_crossentropy', label_smoothing: 0 },
      { runtime, outputs: 2, toOutputs: (values) => values, endsInSoftmax: false, labelWeights: weights },
    );
    const expected = [(-Math.log(0.9) - Math.log(0.8)) / 2, (-Math.log(0.4) - 3 * Math.log(0.7)) / 2];
    Array.from(loss(p, t).dataSync()).forEach((value, row) => {
      expect(value).toBeCloseTo(expected[row], 5);
    });
  });

  it('are those of scikit-learn for yes and no of each label, when balanced', () => {
    // compute_class_weight('balanced', classes=[0, 1], y=[0, 0, 0, 1, 0]) is [5 / 8, 5 / 2]; all have the first label.
    expect(labelWeights('balanced', ['a', 'b'], truth)).toEqual({ applies: [1, 5 / 2], not: [1, 5 / 8] });
  });
});

describe('oversampling', () => {
  const labels = Int32Array.of(0, 1, 0, 0, 2, 0, 0, 1, 2, 0, 1);
  const train = Int32Array.of(0, 1, 2, 3, 4, 5, 7, 9);

  it('gives each class as many examples as the largest, all of a class about equally often', () => {
    const examples = oversampled({ oversampling: 'balanced', seed: 3, seeds: null }, train, labels);
    const times = [...train].map((row) => examples.filter((example) => example === row).length);
    // Five of class 0 once each; two of class 1, two and three times; one of class 2, five times.
    expect([0, 2, 3, 5, 7].map((at) => times[at])).toEqual([1, 1, 1, 1, 1]);
    expect([times[1], times[6]].sort()).toEqual([2, 3]);
    expect(times[4]).toBe(5);
    expect(examples).toHaveLength(15);
    expect(oversampled({ oversampling: 'balanced', seed: 3, seeds: null }, train, labels)).toEqual(examples);
  });

  it('leaves all as it is unless asked for', () => {
    expect(oversampled({ seed: 3, seeds: null }, train, labels)).toBe(train);
  });
});

describe('class weights', () => {
  const classes = ['cat', 'dog', '0'];

  it('are none unless asked for', () => {
    expect(classWeights(null, classes, Int32Array.of(0, 1))).toBeUndefined();
  });

  it('are found by name, else by number, and 1 elsewhere', () => {
    expect(classWeights({ dog: 3 }, classes, new Int32Array())).toEqual([1, 3, 1]);
    expect(classWeights({ 1: 3 }, ['cat', 'dog'], new Int32Array())).toEqual([1, 3]);
    expect(classWeights({ 0: 3 }, classes, new Int32Array())).toEqual([1, 1, 3]);
  });

  it('are found by name alone where a class is called by a number', () => {
    expect(() => classWeights({ 1: 3 }, classes, new Int32Array())).toThrow(UserError);
    expect(() => classWeights({ 1: 3 }, ['01', '02'], new Int32Array())).toThrow(UserError);
  });

  it('give each class the same sum when balanced', () => {
    const weights = classWeights('balanced', classes, Int32Array.of(0, 0, 0, 1, 2, 2));
    expect(weights).toEqual([6 / 9, 6 / 3, 6 / 6]);
    // A class without images isn't counted (scikit-learn's compute_class_weight).
    expect(classWeights('balanced', classes, Int32Array.of(0, 0, 1, 1, 1))).toEqual([5 / 4, 5 / 6, 1]);
  });

  it.each(['dogg', '3', '-1', '1.5'])('refuse a class that isn’t there: %s', (name) => {
    expect(() => classWeights({ [name]: 1 }, classes, new Int32Array())).toThrow(UserError);
  });

  it('name the class that was probably meant', () => {
    try {
      classWeights({ dogg: 1 }, classes, new Int32Array());
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'unknown-class', exitCode: 2 });
      expect((error as UserError).hint).toContain('did you mean "dog"?');
    }
  });
});
