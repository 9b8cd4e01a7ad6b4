import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import { KILLS, pointsOf, startAndKill } from '../support/kills.js';
import { Workspace } from '../support/program.js';

/** Everything that has a state: moving averages, slots, a schedule and a stop that watch, random draws. */
const EXPERIMENT = `
name: small
dataset: { name: mnist, train_fraction: 0.1 }
augmentation: { translation: { width_factor: 0.1, height_factor: 0.1 } }
model:
  layers:
    - { type: conv2d, filters: 4 }
    - { type: pooling2d }
    - { type: batch_normalization }
    - { type: flatten }
    - { type: dropout, rate: 0.2 }
    - { type: dense, units: 10, activation: softmax }
training:
  epochs: 4
  seed: 7
  optimizer: { name: adam, learning_rate: 0.01 }
  learning_rate_schedule: { name: reduce_on_plateau, patience: 1, factor: 0.5 }
  early_stopping: { patience: 3, restore_best_weights: true }
tracking: none
`;
const OFTEN = ['--checkpoint-seconds', '0.05'];
const LONG = 'training.epochs=100000';

describe('ablate resume', () => {
  const workspace = new Workspace(afterAll);
  let reference: string;

  beforeAll(async () => {
    workspace.write('small.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'small.yaml', '--runs-dir', 'reference']);
    expect(code, stderr).toBe(0);
    [reference] = workspace.runs('reference');
  });

  const weightsHash = (...path: string[]): string =>
    createHash('sha256')
      .update(workspace.read(...path, 'model', 'weights.bin'))
      .digest('hex');
  const newest = (): string => workspace.runs().at(-1) ?? '';

  function expectAsUninterrupted(id: string, how = id): void {
    expect(weightsHash('runs', id), how).toBe(weightsHash('reference', reference));
    expect(pointsOf(workspace.journal(id)), how).toEqual(pointsOf(workspace.journal(reference, 'reference')));
    const { metrics, steps, epochs, weights_epoch: kept } = workspace.summary(reference, 'reference');
    expect(workspace.summary(id)).toMatchObject({ metrics, steps, epochs, weights_epoch: kept, status: 'FINISHED' });
    expect(readdirSync(join(workspace.folder, 'runs', id))).not.toContain('checkpoints');
  }

  /** Starts a run that would take hours, and ends it by signals once it trains. */
  async function interrupt(signals: number): Promise<{ id: string; code: number | null; stderr: string }> {
    const program = workspace.start(['run', 'small.yaml', LONG, ...OFTEN]);
    let sent = 0;
    program.onError((text) => {
      if (text.includes('Epoch ') || (sent > 0 && text.includes('Ctrl-C'))) {
        if (sent++ < signals) program.kill('SIGINT');
      }
    });
    const { code, stderr } = await program.result;
    return { id: newest(), code, stderr };
  }

  it('comes to the same bits as without an interruption, killed at any instants', async () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = randomStream(seed, 'kills');
    for (let kills = 0; kills < KILLS.run;) {
      const before = workspace.runs().length;
      // The same run again and again, until it comes to its end between two kills.
      const start = (): string[] => (workspace.runs().length > before ? ['resume'] : ['run', 'small.yaml']);
      while (kills < KILLS.run && (await startAndKill(workspace, [...start(), ...OFTEN], { random, lines: 5 })))
        kills++;
    }
    const { code, stderr } = await workspace.ablate(['resume']);
    expect(code, stderr).toBe(0);
    for (const id of workspace.runs()) expectAsUninterrupted(id, `kills by seed ${seed}`);
  });
});
