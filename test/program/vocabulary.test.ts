import { afterAll, describe, expect, it } from 'vitest';
import { Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const experiment = `
name: small
dataset: { ${SMALL_MNIST}, train_fraction: 0.4 }
model:
  layers:
    - { type: conv2d, filters: 4, strides: 2, name: stem }
    - { type: flatten }
    - { type: dense, units: 16 }
    - { type: dense, name: head }
training: { epochs: 2, seed: 3 }
tracking: none
`;

interface SavedModel {
  weightsManifest: { weights: { name: string; shape: number[] }[] }[];
}

describe('what an experiment file asks for', () => {
  const workspace = new Workspace(afterAll);
  workspace.write('small.yaml', experiment);

  /** The new run. */
  async function run(...overrides: string[]): Promise<string> {
    const { code, stderr } = await workspace.ablate(['run', 'small.yaml', ...overrides]);
    expect(code, stderr).toBe(0);
    return workspace.runs().at(-1) ?? '';
  }

  /** The first layer's kernel in the saved model, whose weights stand in the order of its manifest. */
  function stem(id: string): Buffer {
    const model = JSON.parse(workspace.read('runs', id, 'model', 'model.json').toString()) as SavedModel;
    const names = model.weightsManifest.flatMap(({ weights }) => weights);
    const index = names.findIndex(({ name }) => name === 'stem/kernel');
    const sizes = names.map(({ shape }) => 4 * shape.reduce((product, length) => product * length, 1));
    const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    return workspace.read('runs', id, 'model', 'weights.bin').subarray(start, start + sizes[index]);
  }

  it('trains only the layers that training.trainable names', async () => {
    const [once, longer, all] = [
      await run('training.trainable=[head]', 'training.epochs=1'),
      await run('training.trainable=[head]'),
      await run(),
    ];
    expect(stem(once)).toHaveLength(4 * 3 * 3 * 4);
    expect(stem(longer).equals(stem(once))).toBe(true);
    expect(stem(all).equals(stem(once))).toBe(false);
    const { train_loss: after } = workspace.summary(longer).metrics;
    expect(after).toBeLessThan(workspace.summary(once).metrics.train_loss);
  });

  it('measures what is asked for after every epoch and in the test, and keeps the scores of each class', async () => {
    const metrics = 'training.metrics=[top_2_accuracy, top_5_accuracy, f1_score, robust_accuracy]';
    const id = await run(metrics, 'training.early_stopping={monitor: val_f1_score}');
    const summary = workspace.summary(id).metrics;
    const { test_accuracy: top1, test_top_2_accuracy: top2, test_top_5_accuracy: top5 } = summary;
    expect([top1, top2, top5]).toEqual([top1, top2, top5].sort());
    expect(new Set([top1, top2, top5]).size).toBe(3);
    const epochs = workspace.journal(id).filter((event) => event.type === 'metrics' && 'val_f1_score' in event.values);
    expect(epochs).toHaveLength(2);
    const { val_robust_accuracy: robust, val_accuracy: plain } = summary;
    expect(robust).toBeGreaterThan(0.1);
    expect(robust).toBeLessThan(plain);
    const rows = workspace.read('runs', id, 'artifacts', 'class_scores.csv').toString().trim().split('\n');
    const f1 = rows.slice(1).map((row) => Number(row.split(',')[3]));
    expect(f1.reduce((sum, value) => sum + value, 0) / 10).toBeCloseTo(summary.test_f1_score, 10);
  });

  it('takes squared errors of outputs as they are', async () => {
    const more = [
      'dataset.path=null',
      'dataset.train_fraction=0.2',
      'model.layers.0.filters=8',
      'model.layers.2.units=64',
    ];
    const id = await run('training.loss=mean_squared_error', 'model.layers.3.activation=sigmoid', ...more);
    const { test_loss: loss, test_accuracy: accuracy } = workspace.summary(id).metrics;
    // A softmax of sigmoids gives the true class at most e / (e + 9), others at least 1 / (e + 9): 0.0655 at best.
    expect(loss).toBeLessThan(0.065);
    expect(accuracy).toBeGreaterThan(0.5);
  });

  it('names data that are not there at their place, with the other mistakes', async () => {
    const { code, stderr } = await workspace.ablate(['check', 'small.yaml', 'dataset.path=nowhere']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/<override 1>:1:14 error can't open .*nowhere/);
  });
});
