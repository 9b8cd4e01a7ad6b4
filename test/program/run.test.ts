import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProgramResult, Workspace } from '../support/program.js';

/** The baseline on a twentieth of real MNIST: seconds, and still far above chance. */
const small = `
name: small
dataset: { name: mnist, train_fraction: 0.05 }
model:
  layers:
    - { type: conv2d, filters: 8 }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dense, units: 32 }
    - { type: dropout, rate: 0.2 }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 2, seed: 7 }
tracking: none
`;

const weightsHash = (workspace: Workspace, id: string): string =>
  createHash('sha256')
    .update(workspace.read('runs', id, 'model', 'weights.bin'))
    .digest('hex');

describe('ablate run', () => {
  const workspace = new Workspace(afterAll);
  let first: ProgramResult;
  let id: string;

  beforeAll(async () => {
    workspace.write('small.yaml', small);
    first = await workspace.ablate(['run', 'small.yaml']);
    [id] = workspace.runs();
  });

  it('trains, validates and tests on real MNIST with native TensorFlow', () => {
    expect(first.stderr).toMatch(/54,000|2,700 training/);
    expect(first.code).toBe(0);
    const { status, metrics, epochs, steps, tensorflow, parameters } = workspace.summary(id);
    expect({ status, epochs, steps }).toEqual({ status: 'FINISHED', epochs: 2, steps: 2 * Math.ceil(2700 / 128) });
    expect(metrics.test_accuracy).toBeGreaterThan(0.8);
    expect(metrics.val_accuracy).toBeGreaterThan(0.8);
    expect(metrics.train_loss).toBeLessThan(1.4); // ln 10 would be chance; softmax taken twice never gets below 1.46
    expect(parameters).toBe(8 * 10 + (13 * 13 * 8 + 1) * 32 + 33 * 10);
    expect(tensorflow?.version).toMatch(/^2\.\d+\.\d+$/);
  });

  it('shows plain lines without a terminal, and nothing of what TensorFlow says', () => {
    expect(first.stderr).toMatch(/^ +EPOCH {2}TRAIN LOSS {2}TRAIN ACC % /m);
    expect(first.stderr).toMatch(/^ +1\/2 +\d\.\d{4} +\d+\.\d\d /m);
    expect(first.stderr).not.toMatch(/\[|\r|oneDNN|cpu_feature|tfjs-node|WARNING/);
    expect(first.stdout).toMatch(/test\s+\d\.\d{4}\s+\d+\.\d\d %/);
  });

  it('writes a journal, a loadable configuration, the model and artifacts', async () => {
    const journal = workspace.journal(id);
    expect(journal[0]).toMatchObject({ type: 'run', id, seed: 7 });
    expect(journal.at(-1)).toMatchObject({ type: 'state', status: 'FINISHED' });
    const epochs = journal.filter((event) => event.type === 'metrics' && 'val_loss' in event.values);
    expect(epochs).toHaveLength(2);
    for (const file of ['model/model.json', 'artifacts/confusion_matrix.csv', 'artifacts/test_predictions.csv']) {
      expect(existsSync(join(workspace.folder, 'runs', id, file)), file).toBe(true);
    }
    const checked = await workspace.ablate(['check', `runs/${id}/config.yaml`]);
    expect(checked).toMatchObject({ code: 0, stdout: workspace.read('runs', id, 'config.yaml').toString() });
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    await workspace.ablate(['run', 'small.yaml']);
    await workspace.ablate(['run', 'small.yaml', 'training.seed=8']);
    const hashes = workspace.runs().map((run) => weightsHash(workspace, run));
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('prints one JSON document with --json', async () => {
    const result = await workspace.ablate(['run', 'small.yaml', 'training.epochs=1', '--json']);
    const summary = JSON.parse(result.stdout) as { status: string; metrics: Record<string, number> };
    expect(summary).toMatchObject({ status: 'FINISHED', epochs: 1 });
    expect(summary.metrics.test_accuracy).toBeGreaterThan(0.5);
  });

  it('trains in JavaScript with --backend cpu, and says how slow that is', async () => {
    const result = await workspace.ablate([
      'run',
      'small.yaml',
      '--backend',
      'cpu',
      'dataset.train_fraction=0.005',
      'dataset.validation_split=0.01',
      'training.epochs=1',
      'model.layers=[{type: flatten}, {type: dense, units: 10, activation: softmax}]',
    ]);
    expect(result.stderr).toMatch(/hundreds of times slower|500 times slower/);
    expect(result.code).toBe(0);
    expect(workspace.summary(workspace.runs().at(-1) ?? '').tensorflow?.version).toMatch(/^tfjs/);
  });

  it('ends as DIVERGED, with the likely cause, when the loss is no number any more', async () => {
    const rate = 'training.optimizer={name: sgd, learning_rate: 100}';
    const raw = ['dataset.normalization=none', 'model.activation=linear'];
    const result = await workspace.ablate(['run', 'small.yaml', rate, ...raw]);
    expect(result.code).toBe(1);
    const { status, error } = workspace.summary(workspace.runs().at(-1) ?? '');
    expect(status).toBe('DIVERGED');
    expect(error).toMatch(/learning rate/);
  });
});
