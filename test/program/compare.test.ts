import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { Workspace } from '../support/program.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const STUDY = `
name: units
question: How many units?
dataset: { ${SMALL_MNIST}, train_fraction: 0.2 }
model:
  layers:
    - { type: flatten }
    - { type: dense, units: 8 }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 1, batch_size: 32, seed: 1, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
sweep: { parameters: { model.layers.1.units: [1, 32], training.batch_size: [32, 64] }, seeds: 3 }
`;
const ONE = ['--jobs', '1', '--threads', '1'];

describe('a sweep that asks a question', () => {
  const workspace = new Workspace(afterAll);
  let stdout = '';

  beforeAll(async () => {
    workspace.write('units.yaml', STUDY);
    stdout = (await workspace.ablate(['run', 'units.yaml', ...ONE])).stdout;
  });

  it('ends in its answer, and says how to see more', async () => {
    const [id] = workspace.sweeps();
    expect(stdout).toMatch(/How many units\?\n +\S/);
    expect(stdout).toContain(`ablate compare ${id}`);
    const shown = JSON.parse((await workspace.ablate(['show', id, '--json'])).stdout) as SweepSummary;
    expect(shown.answer?.leader).toMatch(/^units=32/);
    expect((await workspace.ablate(['show', id])).stdout.replaceAll(/\s+/g, ' ')).toContain(shown.answer?.sentence);
  });

  it('is compared without being named, on a terminal, as Markdown, as CSV and as JSON', async () => {
    const text = (await workspace.ablate(['compare'])).stdout;
    expect(text).toMatch(/^How many units\?\n/);
    expect(text).toMatch(/UNITS +BATCH_SIZE +N +VAL_ACCURACY/);
    expect(text).toMatch(/32 units \+ batch size 32 leads, [\d.]+ %/);
    expect(text).toMatch(/^units +1 +6 +[\d.]+/m);
    const markdown = await workspace.ablate(['compare', 'units-sweep', '--markdown', '-', '--csv', 'runs.csv']);
    expect(markdown.stdout).toMatch(/^# How many units\?\n\n\*\*/);
    expect(markdown.stdout).toContain('ablate run units.yaml');
    const [header, ...rows] = workspace.read('runs.csv').toString().trimEnd().split('\n');
    expect(header).toMatch(/^variant,model.layers.1.units,training.batch_size,seed,run,status,.*val_accuracy/);
    expect(rows).toHaveLength(12);
    const json = JSON.parse((await workspace.ablate(['compare', '--json'])).stdout) as {
      answer: { comparisons: unknown[] };
      factors: { key: string; importance: number }[];
      variants: { cost: { flops: number; training_seconds: number } }[];
    };
    expect(json.answer.comparisons).toHaveLength(6);
    expect(json.factors[0]).toMatchObject({ key: 'model.layers.1.units' });
    expect(json.factors[0].importance).toBeGreaterThan(0.5);
    // 784 × 1 + 1 × 10 multiplications, and as many additions.
    expect(json.variants[0].cost.flops).toBe(2 * (784 + 10));
    expect(json.variants[0].cost.training_seconds).toBeGreaterThan(0);
  });

  it('is compared by single runs too, two models of which image by image', async () => {
    const [id] = workspace.sweeps();
    const { cells } = JSON.parse((await workspace.ablate(['show', id, '--json'])).stdout) as SweepSummary;
    const runs = [cells[0], cells[3]].map(({ trials }) => trials[0].run);
    const { stdout, stderr } = await workspace.ablate(['compare', ...runs]);
    expect(stdout, stderr).toMatch(/\d+ units \+ batch size \d+|batch size \d+ \+ \d+ units/);
    expect(stdout).toMatch(/exact\s+McNemar\s+test:\s+p\s+<\s+0\.001/);
  });

  it('says what is wrong with what it is asked', async () => {
    const metric = await workspace.ablate(['compare', '--metric', 'speed', '--json']);
    expect(metric.code).toBe(2);
    expect(JSON.parse(metric.stdout)).toMatchObject({ error: { code: 'unknown-metric' } });
    const margin = await workspace.ablate(['compare', '--margin', '0']);
    expect(margin.stderr).toContain("option '--margin <number>' argument '0' is invalid. Expected a number above 0");
    expect((await workspace.ablate(['compare', '--runs-dir', 'nowhere'])).stderr).toContain('there is no sweep');
  });

  it('adds seeds to what is undecided when it is asked to, and tells how far it is', async () => {
    const words = [
      'run',
      'units.yaml',
      'sweep.seeds={min: 3, max: 5}',
      'sweep.parameters={training.batch_size: [32, 33]}',
    ];
    const { stderr, stdout } = await workspace.ablate([...words, '--json', ...ONE]);
    const { trials, seeds, answer } = JSON.parse(stdout) as SweepSummary;
    expect(stderr).toContain('2 variants × 3 to 5 seeds = 6 to 10 runs');
    expect(stderr).toMatch(/3 of at most 5 seeds: batch_size=\d+ leads, 1 comparison undecided, continuing/);
    expect([trials.total, trials.finished, seeds.length]).toEqual([10, 10, 5]);
    expect(answer?.decided).toBe(false);
    const again = JSON.parse((await workspace.ablate([...words, '--json', ...ONE])).stdout) as SweepSummary;
    expect(again.trials).toMatchObject({ total: 10, reused: 10 });
  });
});
