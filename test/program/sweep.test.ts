import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { listRuns, readIdentity } from '../../src/tracking/run-store.js';
import { childrenOf, KILLS, pointsOf, startAndKill } from '../support/kills.js';
import { type ProgramResult, Workspace } from '../support/program.js';

const EXPERIMENT = `
name: small
dataset: { name: mnist, train_fraction: 0.02 }
model:
  layers:
    - { type: conv2d, filters: 2 }
    - { type: flatten }
    - { type: dropout, rate: 0.2 }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 2, seed: 7, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
sweep:
  metric: { name: val_accuracy, goal: maximize }
  parameters: { model.kernel_size: { values: [3, 5] } }
  seeds: 2
`;
const TRIALS = 4;
const TWO_WORKERS = ['--jobs', '2', '--threads', '1'];
const OFTEN = ['--checkpoint-seconds', '0.05'];
const LONG = 'training.epochs=100000';
/** Of pixels up to 255, the second rate makes losses infinite. */
const RATES =
  'training.optimizer: { values: [{ name: sgd, learning_rate: 1.0e-5 }, { name: sgd, learning_rate: 100 }] }';

function summaryOf({ code, stdout, stderr }: ProgramResult, expectedCode = 0): SweepSummary {
  expect(code, stderr).toBe(expectedCode);
  return JSON.parse(stdout) as SweepSummary;
}

/** What a trial came to, of all that must not depend on how it came about. */
type Outcomes = Record<string, { weights: string; points: unknown; status: string }>;

/** Variant and seed → outcome, of the runs of one sweep. */
function outcomesOf(workspace: Workspace, { cells }: SweepSummary, directory = 'runs'): Outcomes {
  const trials = cells.flatMap(({ label, trials: each }) => each.map((trial) => ({ label, ...trial })));
  const entries = trials.map(({ label, seed, run, status }) => {
    const weights = workspace.read(directory, run, 'model', 'weights.bin');
    const hash = createHash('sha256').update(weights).digest('hex');
    return [`${label} ${seed}`, { weights: hash, points: pointsOf(workspace.journal(run, directory)), status }];
  });
  return Object.fromEntries(entries) as Outcomes;
}

/** The runs on disk that a sweep has made. */
function runsMadeBy(workspace: Workspace, sweep: string): string[] {
  const runs = listRuns(join(workspace.folder, 'runs')).map(({ run }) => run);
  return runs.filter((run) => readIdentity(run).parent === sweep).map(({ id }) => id);
}

describe('ablate run with a sweep', () => {
  const workspace = new Workspace(afterAll);
  let reference: SweepSummary;

  beforeAll(async () => {
    workspace.write('small.yaml', EXPERIMENT);
    const parameters = ['run', 'small.yaml', '--json', ...TWO_WORKERS];
    reference = summaryOf(await workspace.ablate([...parameters, '--runs-dir', 'reference']));
  });

  it('trains every variant with every seed', () => {
    expect(reference).toMatchObject({ status: 'FINISHED', jobs: 2, threads: 1, seeds: [7, 8] });
    expect(reference.trials).toMatchObject({ total: TRIALS, finished: TRIALS, reused: 0 });
    expect(reference.cells.map(({ n }) => n)).toEqual([2, 2]);
    expect(Object.keys(outcomesOf(workspace, reference, 'reference'))).toHaveLength(TRIALS);
  });

  it('trains nothing a second time, but what has been added', async () => {
    const again = ['run', 'small.yaml', '--json', '--runs-dir', 'reference', ...TWO_WORKERS];
    const before = workspace.runs('reference').length;
    expect(summaryOf(await workspace.ablate(again))).toMatchObject({ id: reference.id, trials: { reused: TRIALS } });
    expect(workspace.runs('reference')).toHaveLength(before);
    const wider = summaryOf(await workspace.ablate([...again, 'sweep.seeds=3']));
    expect(wider.trials).toMatchObject({ total: 6, finished: 6, reused: TRIALS });
    expect(workspace.runs('reference')).toHaveLength(before + 2);
  });

  it('tries a trial again whose worker crashed, and finishes', async () => {
    const crashing = new Workspace();
    crashing.write('small.yaml', EXPERIMENT);
    const program = crashing.start(['run', 'small.yaml', '--json', 'training.epochs=40', ...TWO_WORKERS, ...OFTEN]);
    const victim = await runningTrial(crashing, program);
    process.kill(victim.pid, 'SIGSEGV');
    const result = await program.result;
    expect(result.stderr).toMatch(/retry .*SIGSEGV/);
    const summary = summaryOf(result);
    expect(summary.trials).toMatchObject({ total: TRIALS, finished: TRIALS });
    expect(runsMadeBy(crashing, summary.id)).toHaveLength(TRIALS);
  });

  it('comes to the same bits as without an interruption, killed at any instants', async () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = randomStream(seed, 'sweep kills');
    const run = ['run', 'small.yaml', ...TWO_WORKERS];
    const sweeps = new Set<string>();
    for (let kills = 0, isNew = true; kills < KILLS.sweep;) {
      const parameters = [...run, ...OFTEN, ...(isNew ? ['--force'] : [])];
      const killed = await startAndKill(workspace, parameters, { random, lines: TRIALS });
      isNew = !killed;
      if (killed) kills++;
    }
    const expected = outcomesOf(workspace, reference, 'reference');
    const last = summaryOf(await workspace.ablate([...run, '--json']));
    for (const id of workspace.runs(join('runs', 'sweeps'))) sweeps.add(id);
    expect(sweeps).toContain(last.id);
    for (const id of sweeps) {
      const summary = JSON.parse(workspace.read('runs', 'sweeps', id, 'summary.json').toString()) as SweepSummary;
      expect(outcomesOf(workspace, summary), `kills by seed ${seed}`).toEqual(expected);
      const runs = summary.cells.flatMap(({ trials }) => trials.map((trial) => trial.run));
      expect(runsMadeBy(workspace, id).sort(), `kills by seed ${seed}`).toEqual(runs.sort());
    }
  });

  it('keeps a trial that diverges to itself: that is an answer, not a failure', async () => {
    const diverging = new Workspace();
    diverging.write('small.yaml', EXPERIMENT.replace('model.kernel_size: { values: [3, 5] }', RATES));
    const raw = ['dataset.normalization=none', 'model.activation=linear'];
    const run = ['run', 'small.yaml', '--json', 'sweep.seeds=1', ...raw, ...TWO_WORKERS];
    const { trials, cells, status } = summaryOf(await diverging.ablate(run));
    expect(status).toBe('FINISHED');
    expect(trials).toMatchObject({ finished: 1, diverged: 1, failed: 0 });
    expect(cells.map(({ n, mean }) => [n, mean === null])).toEqual([
      [1, false],
      [0, true],
    ]);
  });

  it('stops early what is not worth going on with, and ranks it last', async () => {
    const pruned = new Workspace();
    const rates = 'training.optimizer.learning_rate: { values: [0.01, 1.0e-6] }';
    const rule = '  early_terminate: { type: asha, min_iter: 1, eta: 2 }';
    pruned.write('small.yaml', `${EXPERIMENT.replace('model.kernel_size: { values: [3, 5] }', rates)}${rule}\n`);
    // One after the other, so that the second is compared with the first.
    const run = ['run', 'small.yaml', '--json', '--jobs', '1', 'sweep.seeds=1', 'training.epochs=3'];
    const summary = summaryOf(await pruned.ablate(run));
    expect(summary.trials).toMatchObject({ total: 2, finished: 1, pruned: 1 });
    expect(summary.cells.map(({ index, n, mean }) => [index, n, mean === null])).toEqual([
      [0, 1, false],
      [1, 0, true],
    ]);
    const [stopped] = summary.cells[1].trials;
    expect(pruned.summary(stopped.run)).toMatchObject({ status: 'PRUNED', epochs: 1 });
    expect(summaryOf(await pruned.ablate(run)).trials).toMatchObject({ pruned: 1, reused: 2 });
  });

  it('ends in seconds when interrupted, and goes on when run again', async () => {
    const interrupted = new Workspace();
    interrupted.write('small.yaml', EXPERIMENT);
    const run = ['run', 'small.yaml', '--json', LONG, ...TWO_WORKERS, ...OFTEN];
    const program = interrupted.start(run);
    await runningTrial(interrupted, program);
    program.kill('SIGINT');
    const first = summaryOf(await program.result, 130);
    expect(first).toMatchObject({ status: 'KILLED', trials: { total: TRIALS, finished: 0, killed: 2 } });
    const again = interrupted.start(run);
    await runningTrial(interrupted, again);
    again.kill('SIGINT');
    expect(summaryOf(await again.result, 130).id).toBe(first.id);
    expect(runsMadeBy(interrupted, first.id)).toHaveLength(2);
  });
});

/** A trial that has ended an epoch, with the process that trains it. */
async function runningTrial(
  workspace: Workspace,
  program: ReturnType<Workspace['start']>,
): Promise<{ run: string; pid: number }> {
  let hasEnded = false;
  const ended = program.result.then((result) => {
    hasEnded = true;
    return result;
  });
  while (!hasEnded) {
    const workers = childrenOf(program.pid);
    for (const run of workspace.runs().filter((name) => name !== 'sweeps')) {
      const pid = holderIn(workspace, run);
      const trains = workspace.journal(run).some(({ type }) => type === 'metrics');
      if (trains && pid !== undefined && workers.includes(pid)) return { run, pid };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it ended before a trial was seen to train: ${(await ended).stderr}`);
}

function holderIn(workspace: Workspace, run: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(workspace.folder, 'runs', run, '.lock'), 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}
