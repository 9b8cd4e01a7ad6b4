import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

// An A/A study: the same network under two names. The name of a layer seeds its weights, so the two are as different as
// two seeds are, and as alike as two variants can be. Whoever finds a difference is wrong.
const REPETITIONS = 10;
// Of ten studies that each err with probability 0.05, more than two err with probability 0.012. Another processor's last
// bits are other draws: one study of ten would be exceeded by every twelfth kind of machine.
const MOST_FALSE = 2;

function study(repetition: number, parameters: string): string {
  return `
name: repetition_${repetition}
dataset: { ${SMALL_MNIST}, train_fraction: 0.2 }
model:
  layers:
    - { type: flatten }
    - { type: dense, units: 8, name: a }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 1, batch_size: 32, seed: ${100 * repetition}, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
sweep: { parameters: { ${parameters} }, seeds: 4 }
`;
}

/** Runs a folder of studies as a user would. */
async function runStudies(texts: readonly string[]): Promise<SweepSummary[]> {
  const workspace = new Workspace(afterAll);
  mkdirSync(join(workspace.folder, 'studies'));
  texts.forEach((text, i) => workspace.write(`studies/study_${String(i).padStart(2, '0')}.yaml`, text));
  const { stdout, stderr } = await workspace.ablate(['run', 'studies', '--json', '--jobs', '2', '--threads', '1']);
  expect(stdout, stderr).toMatch(/^\[/);
  return JSON.parse(stdout) as SweepSummary[];
}

it('finds a difference between a network and itself no more often than stated', async () => {
  const texts = Array.from({ length: REPETITIONS }, (_, i) => study(i, 'model.layers.1.name: [a, b]'));
  const summaries = await runStudies(texts);
  expect(summaries.map(({ trials }) => trials.finished)).toEqual(Array(REPETITIONS).fill(8));
  expect(summaries.filter(({ answer }) => answer?.decided).length).toBeLessThanOrEqual(MOST_FALSE);
});

it('finds a difference that is there', async () => {
  const summaries = await runStudies([0, 1].map((i) => study(i, 'model.layers.1.units: [1, 32]')));
  expect(summaries.map(({ answer }) => answer?.best)).toEqual([['units=32'], ['units=32']]);
});
