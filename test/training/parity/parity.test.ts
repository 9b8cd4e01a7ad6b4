import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decode, deviation } from '../../support/encoding.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { EPOCH_CASES, STEP_GROUPS } from './cases.js';
import { type Trained, trainBoth } from './training.js';

const STEP_CASES = Object.fromEntries(
  Object.entries(STEP_GROUPS).flatMap(([group, cases]) =>
    Object.entries(cases).map(([name, each]) => [`${group}: ${name}`, each]),
  ),
);

declare module 'vitest' {
  interface TaskMeta {
    /** Of a loss from Keras's, relative to it: the largest. */
    difference?: number;
  }
}

let results: Awaited<ReturnType<typeof trainBoth>>;

beforeAll(async () => {
  results = await trainBoth(await startTensorFlow(), { steps: STEP_CASES, epochs: EPOCH_CASES });
});

it('is listed in docs/internals/keras-parity.md, case by case (npm run parity-table)', () => {
  const listed = readFileSync('docs/internals/keras-parity.md', 'utf8').matchAll(/^\| (.+?) +\| \d\.\de-\d+ +\|$/gm);
  expect(Array.from(listed, ([, name]) => name)).toEqual([...Object.keys(STEP_CASES), ...Object.keys(EPOCH_CASES)]);
});

/** The largest difference of two numbers, relative to the one expected. */
function relativeDifference(actual: number[], expected: number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...actual.map((value, step) => Math.abs(value - expected[step]) / Math.abs(expected[step])));
}

/** The largest relative difference of a loss, in training and after it. */
function expectSame(ours: Trained, keras: Trained): number {
  expect(Object.keys(ours.weights).sort()).toEqual(Object.keys(keras.weights).sort());
  for (const [name, weight] of Object.entries(keras.weights)) {
    // No answer depends on the bias of keys: where all scores grow alike, a softmax is the same.
    const scale = name.endsWith('/key/bias') ? 1 : 0;
    expect(deviation(decode(ours.weights[name]), decode(weight), scale), name).toBeLessThan(5e-3);
  }
  ours.rates.forEach((rate, step) => {
    expect(Math.abs(rate - keras.rates[step]), `rate of step ${step}`).toBeLessThan(1e-6 * Math.max(...keras.rates));
  });
  return relativeDifference([...ours.losses, ours.validation], [...keras.losses, keras.validation]);
}

describe('50 steps of training as in Keras', () => {
  it.for(Object.keys(STEP_CASES))('%s', (name, { task }) => {
    const [ours, keras] = [results.ours.steps[name], results.keras.steps[name]];
    expect(ours.losses).toHaveLength(50);
    task.meta.difference = expectSame(ours, keras);
    expect(task.meta.difference).toBeLessThan(1e-4);
  });
});

describe('epochs of training as in Keras', () => {
  it.for(Object.keys(EPOCH_CASES))('%s', (name, { task }) => {
    const [ours, keras] = [results.ours.epochs[name], results.keras.epochs[name]];
    const { metrics = {} } = ours;
    const ofMetrics = Object.entries(keras.metrics ?? {}).map(([metric, values]) =>
      relativeDifference(metrics[metric], values),
    );
    task.meta.difference = Math.max(expectSame(ours, keras), ...ofMetrics);
    expect(ofMetrics).toHaveLength(3);
    expect(task.meta.difference).toBeLessThan(1e-4);
  });

  it('has rates reduced, and training stopped, where that is compared', () => {
    expect(new Set(results.keras.epochs['reduce on plateau'].rates).size).toBeGreaterThan(3);
    expect(results.keras.epochs['early stopping with the best weights'].losses.length).toBeLessThan(10);
  });
});
