import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import type { Summary } from '../../src/tracking/run-store.js';
import { KILLS, childrenOf, pointsOf, startAndKill } from '../support/kills.js';
import { type ProgramResult, Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

/** Everything that has a state: moving averages, slots, a schedule and a stop that watch, random draws. */
const EXPERIMENT = `
name: small
dataset: { ${SMALL_MNIST} }
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
  epochs: 8
  seed: 7
  optimizer: { name: adam, learning_rate: 0.01 }
  learning_rate_schedule: { name: reduce_on_plateau, patience: 1, factor: 0.5 }
  early_stopping: { patience: 3, restore_best_weights: true }
tracking: none
`;
const OFTEN = ['--checkpoint-seconds', '0.05'];

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

  function expectAsUninterrupted(id: string, directory = 'runs', how = id): void {
    expect(weightsHash(directory, id), how).toBe(weightsHash('reference', reference));
    expect(pointsOf(workspace.journal(id, directory)), how).toEqual(
      pointsOf(workspace.journal(reference, 'reference')),
    );
    const { metrics, steps, epochs, weights_epoch: kept } = workspace.summary(reference, 'reference');
    expect(workspace.summary(id, directory)).toMatchObject({
      metrics,
      steps,
      epochs,
      weights_epoch: kept,
      status: 'FINISHED',
    });
    expect(readdirSync(join(workspace.folder, directory, id))).not.toContain('checkpoints');
  }

  /** Starts a run, and interrupts it once it trains: by one Ctrl-C, or by a second one after the first is heard. */
  async function interrupt(signals: 1 | 2, overrides: string[] = []): Promise<ProgramResult & { id: string }> {
    const program = workspace.start(['run', 'small.yaml', ...overrides, ...OFTEN]);
    let sent = 0;
    program.onError((text) => {
      const isTime = sent === 0 ? / 1\/\d/.test(text) : text.includes('Ctrl-C');
      if (isTime && sent < signals) program.kill('SIGINT');
      if (isTime) sent += 1;
    });
    return { ...(await program.result), id: newest() };
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
    for (const id of workspace.runs()) expectAsUninterrupted(id, 'runs', `kills by seed ${seed}`);
  });

  describe('after Ctrl-C', () => {
    let interrupted: ProgramResult & { id: string };

    beforeAll(async () => {
      interrupted = await interrupt(1);
    });

    /** A copy of the interrupted run, of the same id in a folder of its own. */
    function copyTo(directory: string): string {
      const { id } = interrupted;
      cpSync(join(workspace.folder, 'runs', id), join(workspace.folder, directory, id), { recursive: true });
      return join(workspace.folder, directory, id);
    }
    const resume = (directory: string): Promise<ProgramResult> =>
      workspace.ablate(['resume', '--runs-dir', directory, ...OFTEN]);
    const checkpointsOf = (run: string): string[] =>
      readdirSync(join(run, 'checkpoints'))
        .sort()
        .map((name) => join(run, 'checkpoints', name));

    it('the run is KILLED with a checkpoint, and told how to continue', () => {
      expect(interrupted.code, interrupted.stderr).toBe(130);
      expect(interrupted.stderr).toContain(`ablate resume ${interrupted.id}`);
      expect(workspace.summary(interrupted.id)).toMatchObject({ status: 'KILLED', error: 'interrupted' });
      expect(workspace.journal(interrupted.id).at(-1)).toMatchObject({ type: 'state', status: 'KILLED' });
      expect(checkpointsOf(join(workspace.folder, 'runs', interrupted.id)).length).toBeGreaterThan(0);
    });

    it('it continues, with a journal whose last line was torn, and is then finished', async () => {
      const run = copyTo('torn');
      appendFileSync(join(run, 'journal.jsonl'), '{"type":"metrics","step":4');
      const { code, stderr } = await resume('torn');
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/Resuming in epoch \d after step \d+/);
      expectAsUninterrupted(interrupted.id, 'torn');
      const again = await workspace.ablate(['resume', interrupted.id, '--runs-dir', 'torn', '--json']);
      expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing is left to do') as string });
      expect((JSON.parse(again.stdout) as Summary).status).toBe('FINISHED');
    });

    it('it resumes from the checkpoint before, if the newest is damaged', async () => {
      const newestFile = checkpointsOf(copyTo('damaged')).at(-1) ?? '';
      const bytes = readFileSync(newestFile);
      bytes[bytes.length - 10] ^= 1;
      writeFileSync(newestFile, bytes);
      const { code, stderr } = await resume('damaged');
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/checkpoint .* is damaged[^]*resuming from the (one before|start of the run)/);
      expectAsUninterrupted(interrupted.id, 'damaged');
    });

    it('it resumes from its start, if its checkpoints are of another version, and reports nothing twice', async () => {
      for (const file of checkpointsOf(copyTo('other'))) {
        const bytes = readFileSync(file);
        bytes.writeUInt32LE(99, 8);
        writeFileSync(file, bytes);
      }
      const { code, stderr } = await resume('other');
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/another version of Ablate \(format 99; .*[^]*resuming from the start of the run/);
      expectAsUninterrupted(interrupted.id, 'other');
    });

    it('it is refused when its configuration was changed, with the difference', async () => {
      const file = join(copyTo('changed'), 'config.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('epochs: 8', 'epochs: 9'));
      const { code, stderr } = await resume('changed');
      expect(code).toBe(2);
      expect(stderr).toContain('training.epochs: 8 → 9');
      expect(stderr).toMatch(/ablate run .*config\.yaml/);
    });
  });

  it('comes to the same bits after a second Ctrl-C, which ends at once', async () => {
    const { code, id } = await interrupt(2);
    expect(code).toBe(130);
    const resumed = await workspace.ablate(['resume', id]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expectAsUninterrupted(id);
  });

  it('leaves a run alone that another process trains, and names that process', async () => {
    const program = workspace.start(['run', 'small.yaml', 'training.epochs=100000', 'training.early_stopping=null']);
    await new Promise<void>((resolve) => {
      program.onError((text) => {
        if (/ 1\/\d/.test(text)) resolve();
      });
    });
    const { code, stderr } = await workspace.ablate(['resume', newest()]);
    const [worker] = childrenOf(program.pid);
    program.kill('SIGINT');
    await program.result;
    expect(code).toBe(1);
    expect(stderr).toContain(`is being trained by process ${worker}`);
    expect(workspace.journal(newest()).filter((event) => event.type === 'state')).toHaveLength(2);
  });

  it('has nothing to do where nothing was interrupted', async () => {
    const { code, stderr } = await workspace.ablate(['resume', '--runs-dir', 'reference']);
    expect(code).toBe(0);
    expect(stderr).toContain('nothing in reference was interrupted');
  });

  it('refuses what has ended by itself, and says how to train it again', async () => {
    const rate = 'training.optimizer={name: sgd, learning_rate: 100}';
    const diverging = ['run', 'small.yaml', rate, 'dataset.normalization=none', 'model.activation=linear'];
    expect((await workspace.ablate([...diverging, '--runs-dir', 'diverged'])).code).toBe(1);
    const { code, stderr } = await workspace.ablate([
      'resume',
      ...workspace.runs('diverged'),
      '--runs-dir',
      'diverged',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is DIVERGED: the training loss .* by step \d+ of epoch 1; .*learning rate/);
    expect(stderr).toMatch(/ablate run .*config\.yaml/);
  });
});

describe('ablate run', () => {
  const workspace = new Workspace(afterAll);

  it('continues without checkpoints when they fit no disk, and says so once', async () => {
    workspace.write('small.yaml', EXPERIMENT.replace('filters: 4', 'filters: 16'));
    // The limit of a file's size stands for the disk's: a checkpoint is larger, everything else is smaller.
    const { code, stderr } = await workspace.ablate(['run', 'small.yaml', ...OFTEN], {}, 'trap "" XFSZ; ulimit -f 250');
    expect(code, stderr).toBe(0);
    expect(stderr.match(/no checkpoint can be written/g)).toHaveLength(1);
  });

  it('says where it may not write', async () => {
    workspace.write('small.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'small.yaml', '--runs-dir', 'small.yaml/runs']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/small.yaml\/runs can't be written: /);
    expect(stderr).not.toContain('internal error');
  });
});
