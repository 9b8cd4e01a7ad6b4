import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/model/save.js';
import { managedPython } from '../../src/python/managed-python.js';
import { type Described, type Row, preparedColumn } from '../support/prepared-rows.js';
import { Workspace } from '../support/program.js';
import { askPython } from '../support/python.js';
import { kerasPython } from '../support/tensorflow.js';

const WORDS = ['bright', 'dark', 'quiet', 'loud', 'garden', 'view', 'new', 'old'];

/** Homes of which something is missing here and there. */
const HOMES = Array.from({ length: 120 }, (_, row): Row => {
  const area = 30 + ((row * 37) % 150);
  return {
    area: row % 7 === 0 ? null : area,
    'distance (km)': row % 5 === 0 ? null : (row % 17) / 2,
    city: ['Aachen', 'Bonn', 'Köln'][row % 3],
    about: `${WORDS[row % 8]}, ${WORDS[(row * 3 + 1) % 8]} ${WORDS[(row * 5) % 8]}!`,
    price: area * 3 + (row % 3) * 50,
    rooms: 1 + (row % 6),
  };
});

const HOMES_EXPERIMENT = `
name: homes
dataset:
  name: table
  path: homes.jsonl
  inputs:
    area: { type: number, missing: indicator }
    distance (km): { type: number, missing: mean, normalization: log }
    city: category
    about: { type: text, output_mode: tf_idf, ngrams: 2, max_tokens: 30 }
  target: [price, rooms]
model:
  inputs: { place: { columns: [distance (km), city], layers: [{ type: dense, units: 4 }] } }
  layers: [{ type: dense, units: 16, activation: gelu }, { type: dense }]
training: { epochs: 3, batch_size: 16, seed: 1 }
tracking: none
`;

/** Layers along sequences of every kind that is saved otherwise than it is called. */
const TEXTS_EXPERIMENT = `
name: texts
dataset:
  name: table
  path: homes.jsonl
  inputs: { about: { type: text, output_sequence_length: 6 } }
  target: { city: category }
model:
  layers:
    - { type: embedding, output_dim: 8, mask_zero: true }
    - { type: position_embedding }
    - { type: multi_head_attention, num_heads: 2, key_dim: 4 }
    - type: parallel
      each: { kernel_size: [2, 3] }
      layers: [{ type: conv1d, filters: 6, padding: same }, { type: pooling1d, pool_size: 2, pooling: average }]
    - { type: separable_conv1d, filters: 6, kernel_size: 2 }
    - { type: global_pooling1d, pooling: max }
    - { type: dense }
training: { epochs: 2, batch_size: 16, seed: 1 }
tracking: none
`;

const NEW: Row[] = [
  { area: 80, 'distance (km)': 2.5, city: 'Bonn', about: 'A quiet garden, with a VIEW' },
  { area: null, 'distance (km)': null, city: 'Rome', about: '' },
  { area: 200, 'distance (km)': 0, city: 'Köln', about: 'old old garden' },
];

describe('ablate export of models of rows', () => {
  const workspace = new Workspace(afterAll);
  let expected: number[][];

  beforeAll(async () => {
    workspace.write('homes.jsonl', HOMES.map((row) => JSON.stringify(row)).join('\n'));
    workspace.write('new.jsonl', NEW.map((row) => JSON.stringify(row)).join('\n'));
    workspace.write('homes.yaml', HOMES_EXPERIMENT);
    workspace.write('texts.yaml', TEXTS_EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'homes.yaml', 'texts.yaml']);
    expect(code, stderr).toBe(0);
    const { stdout } = await workspace.ablate(['predict', 'homes', 'new.jsonl', '--json']);
    const { predictions } = JSON.parse(stdout) as { predictions: { values: Record<string, number> }[] };
    expected = predictions.map(({ values }) => [values.price, values.rooms]);
  });

  async function exported(run: string, format: string, output: string): Promise<string> {
    const { code, stdout, stderr } = await workspace.ablate([
      'export',
      run,
      '--format',
      format,
      '--output',
      output,
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    return (JSON.parse(stdout) as { preprocessing: string }).preprocessing;
  }

  function requireExpected(actual: number[][], format: string): void {
    actual.forEach((row, index) => {
      row.forEach((value, column) => {
        const { [column]: wanted } = expected[index];
        expect(Math.abs(value - wanted) / Math.max(1, Math.abs(wanted)), format).toBeLessThan(1e-5);
      });
    });
    expect(actual).toHaveLength(expected.length);
  }

  const described = (file: string): Described => JSON.parse(readFileSync(file, 'utf8')) as Described;

  it('writes what Keras, TensorFlow Serving, TFLite and ONNX Runtime predict the same by, of words or of what preprocessing.json says', async () => {
    const paths = { keras: 'homes.keras', savedmodel: 'served', tflite: 'homes.tflite', onnx: 'onnx/homes.onnx' };
    const files = new Map<string, string>();
    for (const [format, output] of Object.entries(paths)) files.set(format, await exported('homes', format, output));
    const { inputs, output } = described(files.get('onnx') ?? '');
    expect(described(files.get('tflite') ?? '').inputs).toEqual(inputs);
    expect(inputs.map(({ input }) => input)).toEqual(['area', 'distance__km_', 'city', 'about']);
    const question = {
      cells: Object.fromEntries(inputs.map(({ input, column }) => [input, NEW.map((row) => row[column])])),
      numbers: Object.fromEntries(inputs.map((each) => [each.input, preparedColumn(each, NEW, 'numbers')])),
      dtypes: Object.fromEntries(inputs.map(({ input, dtype }) => [input, dtype])),
      output: output.name,
    };
    const script = fileURLToPath(new URL('../export/row_runtimes.py', import.meta.url));
    const ask = (python: string, formats: (keyof typeof paths)[]): Promise<Record<string, number[][]>> => {
      const exports = Object.fromEntries(formats.map((format) => [format, join(workspace.folder, paths[format])]));
      // JSON has no NaN: Python's reads it all the same.
      return askPython(python, script, { ...question, exports });
    };
    const answers = {
      ...(await ask(await kerasPython(), ['keras', 'savedmodel', 'tflite'])),
      ...(await ask(managedPython('onnx').executable, ['onnx'])),
    };
    expect(Object.keys(answers)).toEqual(Object.keys(paths));
    for (const [format, outputs] of Object.entries(answers)) requireExpected(outputs, format);
  });

  it('writes a tfjs model, and what of a row its numbers are', async () => {
    const { inputs, output } = described(await exported('homes', 'tfjs', 'web')) as Described & {
      output: { mean: number[]; standard_deviation: number[] };
    };
    const featuresOf = (tensor: number): tf.Tensor => {
      const columns = inputs.filter((input) => input.tensor === tensor);
      const prepared = columns.map((input) => preparedColumn(input, NEW, 'features'));
      return tf.tensor2d(NEW.map((_, row) => prepared.flatMap((column) => column[row])));
    };
    const { model } = await loadModel(join(workspace.folder, 'web'));
    const outputs = (model.predict([featuresOf(0), featuresOf(1)]) as tf.Tensor2D).arraySync();
    model.dispose();
    const { mean, standard_deviation: deviation } = output;
    requireExpected(
      outputs.map((row) => row.map((value, column) => value * deviation[column] + mean[column])),
      'tfjs',
    );
  });

  it('writes layers along sequences', async () => {
    // Compared with the run's own model by the command.
    const { output } = described(await exported('texts', 'onnx', 'texts.onnx')) as { output: { classes?: string[] } };
    expect(output.classes).toEqual(['Aachen', 'Bonn', 'Köln']);
  });

  it('refuses what is not for them, or there already', async () => {
    const refused = async (...words: string[]): Promise<string> => {
      const { code, stderr } = await workspace.ablate(['export', 'homes', ...words]);
      expect(code).toBe(2);
      return stderr.replaceAll(/\s+/g, ' ');
    };
    expect(await refused('--format', 'tfjs', '--quantize', 'int8', '--output', 'x')).toMatch(
      /--quantize is for models of images/,
    );
    expect(await refused('--format', 'tfjs', '--output', 'web')).toMatch(/is there already/);
  });
});
