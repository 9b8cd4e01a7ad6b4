import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import { loadDataset } from '../../src/data/load.js';
import { setUpRun, trainingInputs } from '../../src/run/setup.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { compileTrainingLoop } from '../../src/training/step.js';
import { train } from '../../src/training/trainer.js';
import { startTensorFlow } from '../support/tensorflow.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

describe('a traced program', () => {
  it('computes what the ops do one by one', () => {
    const body = ([x]: tf.Tensor[]): tf.Tensor[] => [tf.add(tf.matMul(x, x), tf.scalar(1)), tf.sum(x)];
    const program = runtime.compile('example', [{ shape: [2, 2], dtype: 'float32' }], body);
    const input = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const traced = program.run([input]).map((output) => Array.from(output.dataSync()));
    expect(traced).toEqual(body([input]).map((output) => Array.from(output.dataSync())));
    expect(traced).toEqual([[8, 11, 16, 23], [10]]);
  });

  it('uses tensors from outside without their being given, as they are at the time of the call', () => {
    const weight = runtime.variable('weight', tf.scalar(2));
    const offset = runtime.resident(Int32Array.of(5));
    const program = runtime.compile('outer', [{ shape: [], dtype: 'float32' }], ([x]) => [
      tf.add(tf.mul(x, weight.read()), tf.cast(tf.sum(offset), 'float32')),
    ]);
    const call = (): number => program.run([tf.scalar(10)])[0].dataSync()[0];
    expect(call()).toBe(25);
    weight.assign(tf.scalar(3));
    expect(call()).toBe(35);
    weight.dispose();
  });

  it('is gone from the engine when disposed, loops too: a worker traces thousands', () => {
    const number = [{ shape: [], dtype: 'float32' as const }];
    const program = runtime.compile('passing', number, ([x]) => [tf.square(x)]);
    const loop = runtime.compileLoop('passing', number, (_, [x]) => [tf.mul(x, 2)]);
    expect(program.run([tf.scalar(3)])[0].dataSync()[0]).toBe(9);
    expect(loop.run(0, 3, [tf.scalar(1)])[0].dataSync()[0]).toBe(8);
    program.dispose();
    loop.dispose();
    expect(() => program.run([tf.scalar(3)])).toThrow(/passing/);
    expect(() => loop.run(0, 3, [tf.scalar(1)])).toThrow(/passing/);
  });

  it('changes variables in the order of the program', () => {
    const variable = runtime.variable('ordered', tf.scalar(1));
    const program = runtime.compile('order', [], () => {
      const before = variable.read();
      variable.assign(tf.mul(before, 10));
      const between = variable.read();
      variable.assign(tf.add(between, 1));
      return [before, between, variable.read()];
    });
    expect(program.run([]).map((output) => output.dataSync()[0])).toEqual([1, 10, 11]);
    variable.dispose();
  });

  it('loops inside the engine', () => {
    const loop = runtime.compileLoop('sum', [{ shape: [], dtype: 'int32' }], (step, [total]) => [tf.add(total, step)]);
    const [total] = loop.run(3, 7, [tf.scalar(100, 'int32')]);
    expect(total.dataSync()[0]).toBe(100 + 3 + 4 + 5 + 6);
  });

  it('reports a value read while tracing as an error of ours', () => {
    expect(() =>
      runtime.compile('reads', [{ shape: [1], dtype: 'float32' }], ([x]) => [tf.tensor(x.dataSync())]),
    ).toThrow(/read while tracing/);
  });
});

describe('the training step', () => {
  it('is one program: batch, forward, gradients, update, metrics', async () => {
    const { config } = loadExperiment('experiments/baseline.yaml');
    const dataset = await loadDataset(config.dataset, { baseDirectory: '.' });
    const setup = setUpRun(config, dataset, runtime);
    const sizes = { batchSize: 128, stride: 128, examples: 54_000, steps: 422 };
    const listing = compileTrainingLoop(setup.parts, setup.stages[0], sizes).listing.replace(/^\S+:/, 'training_step:');
    setup.dispose();
    await expect(listing).toMatchFileSnapshot('programs/training-step.txt');
  });

  it('leaves nothing behind: a thousand steps, as many tensors as before', async () => {
    const overrides = ['training.epochs=1', 'dataset.train_fraction=0.2', 'training.batch_size=10'];
    const { config } = loadExperiment('experiments/baseline.yaml', { overrides });
    const dataset = await loadDataset(config.dataset, { baseDirectory: '.' });
    const setup = setUpRun(config, dataset, runtime);
    const counts: number[] = [];
    const result = await train({
      config: config.training,
      ...trainingInputs(setup),
      onEvent: ({ type }) => {
        if (type === 'progress') counts.push(runtime.tensorCount());
      },
    });
    expect(result.steps).toBeGreaterThanOrEqual(1000);
    expect(new Set(counts)).toHaveLength(1);
    const before = runtime.tensorCount();
    setup.dispose();
    expect(runtime.tensorCount()).toBeLessThan(before);
  });
});
