import { afterAll, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { KILLS, startAndKill } from '../support/kills.js';
import { Workspace } from '../support/program.js';
import { bitsOf } from '../support/sweep-bits.js';

const TRIALS = 4;
const EXPERIMENT = `
name: small
dataset: { name: mnist, train_fraction: 0.1 }
model:
  kernel_size: 3
  layers:
    - { type: conv2d, filters: 4 }
    - { type: pooling2d }
    - { type: batch_normalization }
    - { type: flatten }
    - { type: dropout, rate: 0.2 }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 3, seed: 7, optimizer: { name: adam, learning_rate: 0.01 } }
sweep:
  parameters: { model.kernel_size: [3, 5] }
  seeds: 2
tracking: none
`;
const SIDE_BY_SIDE = ['--jobs', '2', '--threads', '1', '--checkpoint-seconds', '0.05'];

const workspace = new Workspace(afterAll);

/** Of a sweep that has finished, all of its trials. */
async function finishedBits(directory: string): Promise<Map<string, string>> {
  const id = workspace.sweeps(directory)[0];
  const { stdout } = await workspace.ablate(['show', id, '--json', '--runs-dir', directory]);
  const { status, trials } = JSON.parse(stdout) as SweepSummary;
  expect({ status, finished: trials.finished }, directory).toEqual({ status: 'FINISHED', finished: TRIALS });
  return bitsOf(workspace, directory);
}

it('comes to the same bits as without an interruption, no trial twice, none lost, killed at any instants', async () => {
  workspace.write('sweep.yaml', EXPERIMENT);
  const reference = await workspace.ablate(['run', 'sweep.yaml', ...SIDE_BY_SIDE, '--runs-dir', 'reference']);
  expect(reference.code, reference.stderr).toBe(0);
  const expected = await finishedBits('reference');

  const seed = Math.floor(Math.random() * 1e9);
  const random = randomStream(seed, 'kills');
  const directories: string[] = [];
  for (let kills = 0; kills < KILLS.sweep;) {
    const directory = `killed-${directories.length}`;
    directories.push(directory);
    const start = (): string[] => (workspace.sweeps(directory).length > 0 ? ['resume'] : ['run', 'sweep.yaml']);
    const options = { random, lines: 4, longestDelay: 1500 };
    // The same sweep again and again, until it comes to its end between two kills.
    while (
      kills < KILLS.sweep &&
      (await startAndKill(workspace, [...start(), ...SIDE_BY_SIDE, '--runs-dir', directory], options))
    )
      kills++;
  }
  for (const directory of directories) {
    const { code, stderr } = await workspace.ablate(['resume', '--runs-dir', directory]);
    const how = `${directory}, kills by seed ${seed}\n${stderr}`;
    expect(code, how).toBe(0);
    expect(await finishedBits(directory), how).toEqual(expected);
    expect(workspace.runs(directory), how).toHaveLength(TRIALS);
  }
});
