import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const BASE = `
name: source
dataset: { ${SMALL_MNIST}, train_fraction: 0.4, classes: ["0", "1", "2", "3"] }
model:
  layers:
    - { type: conv2d, filters: 4, batch_normalization: true, name: stem }
    - { type: flatten }
    - { type: dense, name: head }
training: { epochs: 1 }
tracking: none
`;

const TUNED = `
extends: source.yaml
name: tuned
dataset: { classes: ["7", "8", "9"] }
training: { epochs: 2, initial_weights: source, trainable: [head] }
`;

interface SavedModel {
  weightsManifest: { weights: { name: string; shape: number[] }[] }[];
}

describe('fine-tuning', () => {
  const workspace = new Workspace(afterAll);
  let source = '';

  beforeAll(async () => {
    workspace.write('source.yaml', BASE);
    workspace.write('tuned.yaml', TUNED);
    source = await run('source.yaml');
  });

  /** The new run. */
  async function run(...words: string[]): Promise<string> {
    const { code, stderr } = await workspace.ablate(['run', ...words]);
    expect(code, stderr).toBe(0);
    return /^\S+-\d{8}-\d{6}-[0-9a-f]{4}$/m.exec(stderr)?.[0] ?? '';
  }

  /** Of each weight of a run's model a digest. */
  function weights(id: string): Record<string, string> {
    const model = JSON.parse(workspace.read('runs', id, 'model', 'model.json').toString()) as SavedModel;
    const bytes = workspace.read('runs', id, 'model', 'weights.bin');
    let offset = 0;
    const named = model.weightsManifest[0].weights.map(({ name, shape }): [string, string] => {
      const size = 4 * shape.reduce((product, length) => product * length, 1);
      const values = bytes.subarray(offset, (offset += size));
      return [name, createHash('sha256').update(values).digest('hex')];
    });
    return Object.fromEntries(named);
  }

  it('takes what fits and says so; frozen layers stay to the bit, and the head is one for the new classes', async () => {
    const { code, stderr } = await workspace.ablate(['run', 'tuned.yaml']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`Initial weights of ${source}: stem, stem/batch_normalization; fresh: head`);
    const tuned = workspace.runs().find((id) => id.startsWith('tuned')) ?? '';
    const [before, after] = [weights(source), weights(tuned)];
    const kept = Object.keys(after).filter((name) => after[name] === before[name]);
    expect(kept.sort()).toEqual(
      Object.keys(before)
        .filter((name) => name.startsWith('stem'))
        .sort(),
    );
    expect(workspace.journal(tuned)).toContainEqual(
      expect.objectContaining({
        type: 'tags',
        tags: {
          'initial_weights.from': source,
          'initial_weights.taken': 'stem, stem/batch_normalization',
          'initial_weights.fresh': 'head',
        },
      }),
    );
  });

  it('is identified by the weights themselves: the same file trains anew when they have changed', async () => {
    const first = workspace.summary(await run('tuned.yaml', 'training.epochs=1'));
    const moved = workspace.summary(
      await run('tuned.yaml', 'training.epochs=1', `training.initial_weights=./runs/${source}`),
    );
    expect(moved.config_hash).toBe(first.config_hash);
    expect(moved.metrics).toEqual(first.metrics);
    await run('source.yaml', 'training.seed=1');
    const other = workspace.summary(await run('tuned.yaml', 'training.epochs=1'));
    expect(other.config_hash).not.toBe(first.config_hash);
  });

  it('resumes from a configuration that was kept, or refuses other weights', async () => {
    const tuned = workspace.runs().find((id) => id.startsWith('tuned')) ?? '';
    const again = await run(`runs/${tuned}/config.yaml`);
    expect(weights(again)).toEqual(weights(tuned));
    const reference = `${workspace.folder}/runs/${source}/model#sha256=${'0'.repeat(64)}`;
    const override = `training.initial_weights="${reference}"`;
    const { code, stderr } = await workspace.ablate(['run', 'tuned.yaml', override]);
    expect(code).toBe(2);
    expect(stderr).toContain('has the digest');
  });

  it('says where there is nothing to start from', async () => {
    const { code, stderr } = await workspace.ablate(['run', 'tuned.yaml', 'training.initial_weights=nothing']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/training.initial_weights: nothing: no run or sweep "nothing"/);
    const unlike = await workspace.ablate(['run', 'tuned.yaml', 'model.layers.0.name=other', '~training.trainable']);
    expect(unlike.code).toBe(1);
    expect(unlike.stderr).toMatch(/no layer takes weights of/);
  });

  it('refuses to freeze a layer at random: before the run where that is known, else when the model is built', async () => {
    for (const command of ['check', 'run']) {
      const known = await workspace.ablate([command, 'tuned.yaml', 'training.trainable=[stem]']);
      expect(known.code).toBe(2);
      expect(known.stderr).toMatch(/ error head is frozen, and source-\S+ has no weights for it/);
    }
    // As many numbers as 3×3, in another shape.
    const { code, stderr } = await workspace.ablate(['run', 'tuned.yaml', 'model.layers.0.kernel_size=[1, 9]']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/freezes stem, for which .* has no weights/);
  });
});
