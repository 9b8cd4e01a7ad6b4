import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managedPython } from '../../src/python/managed-python.js';
import { loadModel } from '../../src/model/save.js';
import { mnistImages } from '../data/fixtures.js';
import { Workspace } from '../support/program.js';
import { askPython } from '../support/python.js';
import { SMALL_MNIST } from '../support/small-mnist.js';
import { kerasPython } from '../support/tensorflow.js';

/** Layers of every kind that is saved otherwise than it is called. */
const EXPERIMENT = `
name: mixed
dataset: { ${SMALL_MNIST}, train_fraction: 0.4, normalization: standardize }
model:
  layers:
    - { type: conv2d, filters: 8, batch_normalization: true, activation: { name: leaky_relu, negative_slope: 0.1 } }
    - { type: pooling2d }
    - { type: conv2d, filters: 8, groups: 2, padding: same, activation: swish }
    - { type: depthwise_conv2d, dilation_rate: 2, activation: { name: gelu, approximate: true } }
    - { type: separable_conv2d, filters: 8, activation: { name: prelu, shared_axes: [1, 2] } }
    - { type: residual, layers: [{ type: conv2d, filters: 12, padding: same }], activation: { name: elu, alpha: 0.5 } }
    - { type: layer_normalization }
    - { type: spatial_dropout2d, rate: 0.1 }
    - { type: pooling2d, pooling: average, pool_size: 2, padding: same }
    - { type: flatten }
    - { type: dense, units: 16, activation: gelu }
    - { type: dense }
training: { epochs: 1, batch_size: 100 }
tracking: none
`;

const IMAGES = 8;

interface Report {
  format: string;
  bytes: number;
  original_bytes: number;
  max_difference: number;
  agreement: number;
  accuracy: { original: number; exported: number };
}

describe('ablate export', () => {
  const workspace = new Workspace(afterAll);
  const pixels = { values: new Float32Array(), shape: [IMAGES, 28, 28, 1] };
  let expected: Float32Array;

  beforeAll(async () => {
    workspace.write('mixed.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'mixed.yaml']);
    expect(code, stderr).toBe(0);
    const { test } = await mnistImages();
    pixels.values = Float32Array.from(test.images.subarray(0, IMAGES * 784));
    expected = await predictPlainly(join(workspace.folder, 'runs', workspace.runs()[0], 'model'), true);
  });

  /** By tfjs alone, in JavaScript. @param isOfRun whether it takes normalized images */
  async function predictPlainly(directory: string, isOfRun: boolean): Promise<Float32Array> {
    const { model, userMetadata } = await loadModel(directory);
    const { normalization } = userMetadata as { normalization: { mean: number[]; standardDeviation: number[] } };
    const images = tf.tensor(pixels.values, pixels.shape);
    const { mean, standardDeviation } = normalization;
    const inputs = isOfRun ? images.sub(mean[0]).div(standardDeviation[0]) : images;
    const probabilities = (model.predict(inputs) as tf.Tensor).dataSync<'float32'>().slice();
    model.dispose();
    return probabilities;
  }

  async function exported(...words: string[]): Promise<Report> {
    const { code, stdout, stderr } = await workspace.ablate(['export', 'mixed', ...words, '--json']);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Report;
  }

  const largest = (actual: Float32Array): number =>
    actual.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);

  async function askRuntimes(python: string, exports: Record<string, string>): Promise<Record<string, Float32Array>> {
    const script = fileURLToPath(new URL('../export/runtimes.py', import.meta.url));
    const images = Buffer.from(pixels.values.buffer).toString('base64');
    const paths = Object.entries(exports).map(([name, path]) => [name, join(workspace.folder, path)]);
    const question = { exports: Object.fromEntries(paths) as Record<string, string>, images, shape: pixels.shape };
    const answers = await askPython<Record<string, string>>(python, script, question);
    const decoded = Object.entries(answers).map(([name, text]): [string, Float32Array] => [
      name,
      new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer),
    ]);
    return Object.fromEntries(decoded);
  }

  it('writes a tfjs model that takes pixels, for any tfjs', async () => {
    await exported('--format', 'tfjs', '--output', 'web');
    expect(largest(await predictPlainly(join(workspace.folder, 'web'), false))).toBeLessThan(1e-5);
    const { code, stderr } = await workspace.ablate(['export', 'mixed', '--format', 'tfjs', '--output', 'web']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is there already/)]);
  });

  it('writes what Keras, TensorFlow Serving and TFLite load and predict the same by', async () => {
    const paths = { keras: 'model.keras', savedmodel: 'served', tflite: 'model.tflite' };
    for (const [format, output] of Object.entries(paths)) {
      const { max_difference } = await exported('--format', format, '--output', output);
      expect(max_difference, format).toBeLessThan(1e-5);
    }
    const answers = await askRuntimes(await kerasPython(), paths);
    for (const [format, probabilities] of Object.entries(answers)) {
      expect(largest(probabilities), format).toBeLessThan(1e-5);
    }
    expect(Object.keys(answers)).toEqual(Object.keys(paths));
  });

  it('writes what ONNX Runtime predicts the same by', async () => {
    await exported('--format', 'onnx', '--output', 'model.onnx');
    const { onnx } = await askRuntimes(managedPython('onnx').executable, { onnx: 'model.onnx' });
    expect(largest(onnx)).toBeLessThan(1e-5);
  });

  it('makes weights smaller, and tells what is lost', async () => {
    const half = await exported('--format', 'tfjs', '--quantize', 'float16', '--output', 'half');
    const byte = await exported('--format', 'tfjs', '--quantize', 'int8', '--output', 'byte');
    expect(half.agreement).toBeGreaterThan(0.99);
    expect(byte.agreement).toBeGreaterThan(0.9);
    expect(byte.max_difference).toBeGreaterThan(half.max_difference);
    expect(workspace.read('byte', 'weights.bin').length).toBeLessThan(workspace.read('half', 'weights.bin').length);
    const lite = await exported('--format', 'tflite', '--quantize', 'int8', '--output', 'byte.tflite');
    expect(lite.agreement).toBeGreaterThan(0.8);
    const { stdout } = await workspace.ablate([
      'export',
      'mixed',
      '--format',
      'tfjs',
      '--quantize',
      'int8',
      '--output',
      'again',
    ]);
    expect(stdout).toMatch(/tfjs int8 +\d\.\d+ MB +\d\.\d+ MB +\d+\.\d\d % +-?\d+\.\d\d %/);
    expect(largest(await predictPlainly(join(workspace.folder, 'half'), false))).toBeLessThan(0.01);
  });

  it('refuses what a format has not', async () => {
    const words = ['export', 'mixed', '--format', 'keras', '--quantize', 'int8', '--output', 'x.keras'];
    const { code, stderr } = await workspace.ablate(words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--quantize is for tfjs and tflite/)]);
    const unnamed = await workspace.ablate(['export', 'mixed', '--format', 'keras', '--output', 'x']);
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringMatching(/end in \.keras: x\.keras/)]);
  });
});
