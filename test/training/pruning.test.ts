import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingInputs } from '../../src/run/setup.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { Pruning } from '../../src/training/pruning.js';
import { train } from '../../src/training/trainer.js';
import { decode } from '../support/encoding.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { prepare, weightsOf } from './parity/experiments.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

describe('magnitude pruning', () => {
  it('cuts the smallest, of equal ones the last, and keeps them cut', () => {
    const kernel = runtime.variable('kernel', tf.tensor2d([0.1, -0.5, 0.2, -0.2, 0.3, 0], [3, 2]));
    const pruning = new Pruning({ sparsity: 0.5 }, [kernel], runtime);
    expect(pruning.begin()).toEqual({ pruned: 3, weights: 6 });
    const expected = Array.from(Float32Array.of(0, -0.5, 0.2, 0, 0.3, 0));
    // What was negative is −0.
    expect(Array.from(kernel.read().dataSync(), (value) => value + 0)).toEqual(expected);
    kernel.assign(tf.ones([3, 2]));
    pruning.apply();
    expect(Array.from(kernel.read().dataSync())).toEqual([0, 1, 1, 0, 1, 0]);
    pruning.dispose();
    kernel.dispose();
  });

  it('is found again by what is zero, unless more is', () => {
    const kernel = runtime.variable('kernel', tf.tensor2d([0.1, -0.5, 0.2, -0.2, 0.3, 0], [3, 2]));
    const pruning = new Pruning({ sparsity: 0.5 }, [kernel], runtime);
    expect(pruning.findAgain(() => Float32Array.of(-0, 3, 0, 0, 0, 5))).toBe(false);
    expect(pruning.findAgain(() => Float32Array.of(-0, 3, 4, 0, 0, 5))).toBe(true);
    kernel.assign(tf.ones([3, 2]));
    pruning.apply();
    expect(Array.from(kernel.read().dataSync())).toEqual([0, 1, 1, 0, 0, 1]);
    pruning.dispose();
    kernel.dispose();
  });

  it('leaves training what it left, and trains that', async () => {
    const layers = [{ type: 'conv2d', filters: 4 }];
    const training = { optimizer: { name: 'adam', learning_rate: 0.01 }, epochs: 3, pruning: { sparsity: 0.75 } };
    const { setup, experiment } = prepare(runtime, { layers, training });
    setup.parts.pruning?.begin();
    const before = weightsOf(setup);
    await train({ config: experiment.training, ...trainingInputs(setup), onEvent: () => undefined });
    const after = weightsOf(setup);
    for (const name of ['conv2d/kernel', 'output/kernel']) {
      const [first, last] = [decode(before[name]), decode(after[name])];
      expect(first.filter((value) => value === 0).length).toBe(Math.round(0.75 * first.length));
      expect(Array.from(last, (value) => value === 0)).toEqual(Array.from(first, (value) => value === 0));
      expect(last).not.toEqual(first);
    }
    setup.dispose();
  });
});
