import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { childrenOf } from '../support/kills.js';
import { type ProgramResult, Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const EXPERIMENT = `
name: small
question: Which kernel?
dataset: { ${SMALL_MNIST}, train_fraction: 0.4 }
model:
  kernel_size: 3
  layers:
    - { type: conv2d, filters: 2 }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 2, seed: 7, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
`;
const GRID = `${EXPERIMENT}
sweep:
  parameters: { model.kernel_size: [3, 5] }
  seeds: 2
`;
const TWO = ['--jobs', '2', '--threads', '1'];
const ONE = ['--jobs', '1', '--threads', '1'];

function summaryOf({ stdout, stderr }: ProgramResult): SweepSummary {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as SweepSummary;
}

/** Starts a sweep, and sends a signal to its workers once a run has begun. */
async function runUnderFire(workspace: Workspace, words: string[], signal: NodeJS.Signals): Promise<ProgramResult> {
  const before = workspace.runs().length;
  const program = workspace.start(words);
  while (workspace.runs().length === before) await sleep(20);
  for (const worker of childrenOf(program.pid)) process.kill(worker, signal);
  return program.result;
}

describe('a sweep', () => {
  const workspace = new Workspace(afterAll);
  let first: ProgramResult;

  beforeAll(async () => {
    workspace.write('plain.yaml', EXPERIMENT);
    workspace.write('grid.yaml', GRID);
    first = await workspace.ablate(['run', 'grid.yaml', ...TWO]);
  });

  it('trains every variant with every seed, each a run of its own, and ranks the variants', async () => {
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/2 variants × 2 seeds = 4 runs, 2 workers of 1 thread/);
    expect(first.stderr.match(/^\[\d\/4\] FINISHED kernel_size=\d seed [78] {2}val_accuracy/gm)).toHaveLength(4);
    expect(first.stdout).toMatch(/Which kernel\?/);
    const [id] = workspace.sweeps();
    const { status, cells, trials } = summaryOf(await workspace.ablate(['show', id, '--json']));
    expect({ status, trials }).toMatchObject({ status: 'FINISHED', trials: { total: 4, finished: 4, reused: 0 } });
    expect(cells.map(({ n }) => n)).toEqual([2, 2]);
    expect(cells[0].mean).toBeGreaterThanOrEqual(cells[1].mean ?? Infinity);
    const runs = cells.flatMap((cell) => cell.trials.map(({ run }) => run));
    expect(runs.sort()).toEqual(workspace.runs());
    for (const run of runs) expect(workspace.journal(run)[0]).toMatchObject({ type: 'run', parent: id });
  });

  it('is told in one line by `ls`, whose runs are told by `ls --all`', async () => {
    const [id] = workspace.sweeps();
    const short = await workspace.ablate(['ls']);
    expect(short.stdout).toMatch(new RegExp(`${id} +FINISHED +4/4 .* val_accuracy +kernel_size=\\d`));
    expect(short.stdout).not.toContain(workspace.runs()[0]);
    expect((await workspace.ablate(['ls', '--all'])).stdout).toContain(workspace.runs()[0]);
  });

  it('trains nothing when it is asked again, and only what is new when it has grown', async () => {
    const before = workspace.runs();
    const again = await workspace.ablate(['run', 'grid.yaml', '--json']);
    expect(summaryOf(again).trials).toMatchObject({ finished: 4, reused: 4 });
    expect(workspace.runs()).toEqual(before);
    const grown = await workspace.ablate([
      'sweep',
      'grid.yaml',
      'model.kernel_size=3,5,2',
      'seeds=1',
      '--json',
      ...ONE,
    ]);
    expect(summaryOf(grown).trials).toMatchObject({ total: 3, finished: 3, reused: 2 });
    expect(workspace.runs()).toHaveLength(5);
    expect(workspace.sweeps()).toHaveLength(2);
  });

  it('continues after the crash of a worker, with that trial tried again', async () => {
    const result = await runUnderFire(workspace, ['run', 'grid.yaml', '--force', '--json', ...TWO], 'SIGSEGV');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/retry kernel_size=\d seed 7: the worker was ended by SIGSEGV.*\(attempt 2\)/);
    const { trials, cells } = summaryOf(result);
    expect(trials).toMatchObject({ finished: 4, failed: 0 });
    const reference = summaryOf(await workspace.ablate(['show', workspace.sweeps()[0], '--json']));
    expect(cells.map(({ mean }) => mean)).toEqual(reference.cells.map(({ mean }) => mean));
  });

  it('counts a trial that fails beyond its retries, continues with the others, and trains it when it is asked again', async () => {
    const words = ['run', 'grid.yaml', 'sweep.max_retries=0', 'sweep.seeds=1', '--force', '--json', ...ONE];
    const result = await runUnderFire(workspace, words, 'SIGKILL');
    expect(result.code).toBe(1);
    const { status, trials } = summaryOf(result);
    expect({ status, trials }).toMatchObject({ status: 'FINISHED', trials: { finished: 1, failed: 1 } });
    const again = await workspace.ablate(['resume', workspace.sweeps().at(-1) ?? '', '--json']);
    expect(again.code).toBe(0);
    expect(summaryOf(again).trials).toMatchObject({ finished: 2, reused: 1, failed: 0 });
  });

  it('ends at the first failure with --fail-fast, and can be resumed', async () => {
    const failing = ['run', 'grid.yaml', 'sweep.max_retries=0', '--force', '--fail-fast', ...ONE];
    const result = await runUnderFire(workspace, failing, 'SIGKILL');
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/FAILED in .*0 of 4 trials finished, 1 failed/);
    expect(result.stderr).toMatch(/`ablate resume small-sweep-\S+` resumes it/);
  });

  it('takes a variant that diverges for an answer', async () => {
    const optimizers = 'training.optimizer={name: sgd, learning_rate: 1e-5},{name: sgd, learning_rate: 100}';
    const raw = ['dataset.normalization=none', 'model.activation=linear'];
    const result = await workspace.ablate(['sweep', 'plain.yaml', optimizers, ...raw, '--json', ...TWO]);
    expect(result.code, result.stderr).toBe(0);
    const { cells, trials } = summaryOf(result);
    expect(trials).toMatchObject({ finished: 1, diverged: 1 });
    expect(cells.map(({ n }) => n)).toEqual([1, 0]);
  });

  it('stops early what does badly, and never ranks it with what finished', async () => {
    const rates = 'training.optimizer.learning_rate=0.01,1e-6';
    const rule = 'sweep.early_terminate={type: asha, min_iter: 1, eta: 2}';
    const words = ['sweep', 'plain.yaml', rates, rule, 'training.epochs=3', '--json', ...ONE];
    const result = await workspace.ablate(words);
    const { cells, trials } = summaryOf(result);
    expect(trials, result.stderr).toMatchObject({ finished: 1, pruned: 1 });
    expect(cells[1]).toMatchObject({ n: 0, mean: null, trials: [{ status: 'PRUNED', value: null }] });
    const { error, epochs } = workspace.summary(cells[1].trials[0].run);
    expect(error).toMatch(/not among the best 1\/2 of 2 trials after 1 epoch/);
    expect(epochs).toBeLessThan(3);
    expect(summaryOf(await workspace.ablate(words)).trials).toMatchObject({ finished: 1, pruned: 1, reused: 2 });
  });

  it('shows itself to another terminal, ends in order by Ctrl-C, and continues when it is asked again', async () => {
    const words = ['run', 'grid.yaml', 'training.epochs=100000', ...TWO];
    const program = workspace.start(words);
    let status = await workspace.ablate(['status', '--json']);
    const runningOf = (): unknown[] => {
      const [sweep] = (JSON.parse(status.stdout) as { sweeps: { running: unknown[] }[] }).sweeps;
      return (sweep as typeof sweep | undefined)?.running ?? [];
    };
    while (runningOf().length < 2) status = await workspace.ablate(['status', '--json']);
    const shown = await workspace.ablate(['status']);
    expect(shown.stdout).toMatch(/RUNNING in process \d+ since/);
    expect(shown.stdout).toMatch(/0 of 4 trials ended · 2 running/);
    const inUse = await workspace.ablate(['resume', workspace.sweeps().at(-1) ?? '']);
    expect(inUse.stderr).toMatch(/is being trained by process/);
    program.kill('SIGINT');
    const { code, stderr, stdout } = await program.result;
    expect(code).toBe(130);
    expect(stdout).toMatch(/KILLED in .*0 of 4 trials finished, 2 killed/);
    expect(stderr).toMatch(/`ablate resume small-sweep-\S+` resumes it/);
    expect((await workspace.ablate(['status'])).stderr).toMatch(/nothing is being trained/);
    const [runs, sweeps] = [workspace.runs(), workspace.sweeps()];
    const again = workspace.start(words);
    again.onError((text) => {
      if (text.includes('is resumed as')) again.kill('SIGINT');
    });
    expect((await again.result).stderr).toMatch(/kernel_size=\d seed 7 is resumed as small-\d+-\d+/);
    expect([workspace.runs(), workspace.sweeps()]).toEqual([runs, sweeps]);
  });
});

/** The command that an answer names for more seeds, its words as a shell reads them. */
function commandForMore({ stdout }: ProgramResult): string[] {
  const [, line] = /`ablate ([^`]*sweep\.seeds=[^`]*)`/.exec(stdout.replace(/\n\s*/g, ' ')) ?? [];
  expect(line, stdout).toBeDefined();
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, '$1'));
}

describe('the command for more seeds', () => {
  const workspace = new Workspace(afterAll);

  it.each([
    ['a file', GRID, ['run', 'small.yaml']],
    ['seeds in a file', GRID.replace('seeds: 2', 'seeds: [3, 4]'), ['run', 'small.yaml']],
    ['seeds on the command line', EXPERIMENT, ['sweep', 'small.yaml', 'model.kernel_size=3,5', 'training.seed=1,2']],
  ])('keeps the runs that there are: %s', async (_, text, words) => {
    workspace.write('small.yaml', text);
    const runsDirectory = ['--runs-dir', `runs-${words.length}-${text.length}`];
    const first = await workspace.ablate([...words, ...runsDirectory, ...TWO]);
    const more = await workspace.ablate([...commandForMore(first), ...runsDirectory, ...TWO, '--json']);
    const { trials } = summaryOf(more);
    expect(trials).toMatchObject({ finished: trials.total, reused: 4 });
    expect(trials.total).toBeGreaterThan(4);
  });
});

describe('a sweep with more seeds than one before', () => {
  const workspace = new Workspace(afterAll);

  it('says that its variants were compared with fewer seeds before, unless they are added by a sequential test', async () => {
    workspace.write('grid.yaml', GRID);
    const seeds = async (words: string): Promise<SweepSummary> =>
      summaryOf(await workspace.ablate(['run', 'grid.yaml', `sweep.seeds=${words}`, '--json']));
    expect((await seeds('3')).answer?.cautions).toEqual([]);
    const looked = /^3 seeds were compared before \(small-sweep-[\w-]+\): other seeds after a look err more often/;
    const [caution, ...others] = (await seeds('4')).answer?.cautions ?? [];
    expect(caution).toMatch(looked);
    expect(others).toEqual([]);
    const { id, answer } = await seeds('{min: 4, max: 5}');
    expect(answer?.cautions).toEqual([]);
    expect((await workspace.ablate(['compare', id])).stdout).not.toMatch(/caution/);
    expect((await workspace.ablate(['compare', workspace.sweeps()[1]])).stdout).toMatch(
      /caution 3 seeds were compared/,
    );
  });
});
