import { afterAll, expect, it } from 'vitest';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const EXPERIMENT = `
name: shared
question: Which kernel?
dataset: { ${SMALL_MNIST}, train_fraction: 0.2 }
model:
  kernel_size: 3
  layers:
    - { type: conv2d, filters: 2 }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 1, seed: 7, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
`;

it('two sweeps at once, in opposite order, train each trial that they share once, and have complete answers', async () => {
  const workspace = new Workspace(afterAll);
  workspace.write('plain.yaml', EXPERIMENT);
  const place = ['seeds=2', '--json', '--jobs', '1', '--threads', '1'];
  const results = await Promise.all([
    workspace.ablate(['sweep', 'plain.yaml', 'model.kernel_size=3,5,2', ...place]),
    workspace.ablate(['sweep', 'plain.yaml', 'model.kernel_size=5,3', ...place]),
  ]);
  expect(results.map(({ code, stderr }) => `${code} ${code === 0 ? '' : stderr}`)).toEqual(['0 ', '0 ']);
  const [first, second] = results.map(({ stdout }) => JSON.parse(stdout) as SweepSummary);
  expect(workspace.runs()).toHaveLength(6);
  expect([first, second].map(({ trials }) => trials.finished)).toEqual([6, 4]);
  expect(first.trials.reused + second.trials.reused).toBe(4);
  expect([first, second].map(({ answer }) => typeof answer?.sentence)).toEqual(['string', 'string']);
  const runsOf = ({ cells }: SweepSummary, label: string): string[] =>
    cells.filter((cell) => cell.label === label).flatMap(({ trials }) => trials.map(({ run }) => run));
  for (const label of ['kernel_size=3', 'kernel_size=5']) {
    expect(runsOf(second, label)).toEqual(runsOf(first, label));
  }
});
