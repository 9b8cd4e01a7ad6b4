import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import { gatherStudy } from '../../src/study/gather-study.js';
import { endedRunIn, finishedSweepIn } from '../support/finished-sweeps.js';
import { temporaryFolder } from '../support/runs.js';

const KERNEL = 'model.kernel_size';
const POOLING = 'model.pooling';
const SEEDS = [1, 2, 3, 4, 5];

/** The same luck for a seed whatever the variant, and a little more. */
function noise(seed: number, name: string): number {
  return 0.01 * randomStream(seed, 'luck').normal() + 0.001 * randomStream(seed, name).normal();
}

/** Kernels of 5 are better by 0.01, whatever the pooling. */
function kernelGrid(runsDirectory: string, seeds = SEEDS) {
  const variants = [3, 5].flatMap((size) =>
    ['max', 'average'].map((pooling) => ({ [KERNEL]: size, [POOLING]: pooling })),
  );
  return finishedSweepIn(runsDirectory, {
    variants,
    seeds,
    run: (variant, seed) => {
      const accuracy = 0.9 + 0.005 * Number(variant[KERNEL]) + noise(seed, JSON.stringify(variant));
      return { metrics: { val_accuracy: accuracy, test_accuracy: accuracy - 0.01, val_loss: 1 - accuracy } };
    },
    begun: { name: 'kernels', question: '3×3 or 5×5?' },
  });
}

const MODEL = 'layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }]';

function experiment(epochs: number): string {
  return `name: plain\ndataset: { name: mnist }\nmodel: { ${MODEL} }\ntraining: { epochs: ${epochs} }\n`;
}

describe('the study of a sweep', () => {
  it('holds its variants in their order, with every run', async () => {
    const runs = temporaryFolder();
    const { id } = kernelGrid(runs);
    const study = await gatherStudy(runs, [id]);
    expect(study).toMatchObject({ title: 'kernels', question: '3×3 or 5×5?', metric: { name: 'val_accuracy' } });
    expect(study.variants.map(({ name }) => name)).toEqual([
      'kernel_size=3 pooling=max',
      'kernel_size=3 pooling=average',
      'kernel_size=5 pooling=max',
      'kernel_size=5 pooling=average',
    ]);
    const [{ runs: trials, cost }] = study.variants;
    expect(trials.map(({ seed }) => seed)).toEqual(SEEDS);
    expect(trials[0]).toMatchObject({ status: 'FINISHED', differences: { [KERNEL]: 3, [POOLING]: 'max' }, curves: {} });
    expect(cost).toEqual({ parameters: 7850, flops: 15_680, trainingSeconds: 2 });
  });

  it('is judged as the sweep stated before its runs, which no later choice is', async () => {
    const runs = temporaryFolder();
    const variants = ['max', 'average'].map((pooling) => ({ [POOLING]: pooling })).concat({ [POOLING]: 'none' });
    const { id } = finishedSweepIn(runs, {
      variants,
      seeds: SEEDS,
      run: (variant, seed) => ({ metrics: { val_accuracy: 0.9 + noise(seed, JSON.stringify(variant)) } }),
      begun: { alpha: 0.01, baseline: 'pooling=average' },
    });
    const { answer, ledger } = await gatherStudy(runs, [id]);
    expect(answer).toMatchObject({ baseline: 'pooling=average', judgement: { alpha: 0.01 } });
    expect(answer?.comparisons).toHaveLength(2);
    expect(ledger).toMatchObject({ chosenAfter: [] });
    expect(ledger?.sentence).toContain('α = 0.01, no margin, the baseline pooling=average');
    const other = await gatherStudy(runs, [id], { baseline: 'pooling=max' });
    expect(other.ledger?.chosenAfter).toEqual(['the baseline pooling=max']);
  });

  it('has no baseline where the one that was stated has no run', async () => {
    const runs = temporaryFolder();
    const { id } = finishedSweepIn(runs, {
      variants: [{ [POOLING]: 'max' }, { [POOLING]: 'average' }],
      seeds: SEEDS,
      run: (_, seed) => ({ metrics: { val_accuracy: 0.9 + 0.001 * seed } }),
      begun: { baseline: 'pooling=none' },
    });
    const { answer } = await gatherStudy(runs, [id]);
    expect(answer?.baseline).toBeNull();
    await expect(gatherStudy(runs, [id], { baseline: 'pooling=none' })).rejects.toMatchObject({
      message: 'no variant is called pooling=none',
      hint: 'name one of pooling=max, pooling=average',
    });
  });

  it('tells what each factor does, and how much of the variance it makes', async () => {
    const runs = temporaryFolder();
    const { factors, interactions } = await gatherStudy(runs, [kernelGrid(runs).id]);
    const [kernel, pooling] = factors;
    // In the words that the answer has for variants.
    expect(factors.map(({ answer }) => answer?.sentence).join()).toMatch(/3×3 kernels.*max pooling/);
    expect(factors.map(({ answer }) => answer?.sentence).join()).not.toContain('=');
    expect([kernel.key, pooling.key]).toEqual([KERNEL, POOLING]);
    expect(kernel.importance).toBeGreaterThan(0.9);
    expect(kernel.pValue).toBeLessThan(0.001);
    expect(pooling.pValue).toBeGreaterThan(0.05);
    expect(kernel.levels.map(({ value, n }) => [value, n])).toEqual([
      [3, 10],
      [5, 10],
    ]);
    expect(kernel.answer?.best).toEqual(['kernel_size=5']);
    expect(kernel.levels[1].mean - kernel.levels[0].mean).toBeCloseTo(0.01, 2);
    expect(interactions).toHaveLength(1);
    expect(interactions[0].means[1][0]).toBeGreaterThan(interactions[0].means[0][0]);
  });

  it('has a level for variants that lack a parameter, beside those that have it', async () => {
    const runs = temporaryFolder();
    const rates = [null, 0.1, undefined];
    const { id } = finishedSweepIn(runs, {
      variants: [3, 5].flatMap((size) =>
        rates.map((rate) => ({ [KERNEL]: size, ...(rate !== undefined && { 'training.rate': rate }) })),
      ),
      seeds: SEEDS,
      run: (variant, seed) => ({
        metrics: {
          val_accuracy: ('training.rate' in variant ? 0.9 : 0.89) + noise(seed, JSON.stringify(variant)),
        },
      }),
    });
    const { factors, interactions } = await gatherStudy(runs, [id]);
    const rate = factors.find(({ key }) => key === 'training.rate');
    expect(rate?.levels.map(({ value, isAbsent = false, n }) => [value, isAbsent, n])).toEqual([
      [null, false, 10],
      [0.1, false, 10],
      [null, true, 10],
    ]);
    expect((rate?.levels[2].mean ?? NaN) - (rate?.levels[1].mean ?? NaN)).toBeCloseTo(-0.01, 2);
    expect(rate?.answer?.variants.map(({ name }) => name)).toEqual(['rate=null', 'rate=0.1', 'rate=—']);
    expect(interactions[0].means.flat().every(Number.isFinite)).toBe(true);
  });

  it('compares by another metric when asked, which is small when it is good', async () => {
    const runs = temporaryFolder();
    kernelGrid(runs);
    const study = await gatherStudy(runs, ['study-sweep'], { metric: 'val_loss' });
    expect(study.metric).toEqual({ name: 'val_loss', goal: 'minimize' });
    expect(study.answer?.leader).toMatch(/^kernel_size=5/);
    expect(study.answer?.cautions.join()).toContain('named val_accuracy as its metric before it ran');
  });

  it('warns when the test set has chosen', async () => {
    const runs = temporaryFolder();
    const { answer } = await gatherStudy(runs, [kernelGrid(runs).id], { metric: 'test_accuracy' });
    expect(answer?.cautions.join()).toContain('the test set has taken part in the choice');
  });

  it('compares with a baseline alone, which may be named by a part of its name', async () => {
    const runs = temporaryFolder();
    const { id } = kernelGrid(runs);
    const { answer } = await gatherStudy(runs, [id], { baseline: '3 pooling=max' });
    expect(answer?.comparisons.map(({ second }) => second)).toEqual(Array(3).fill('kernel_size=3 pooling=max'));
    await expect(gatherStudy(runs, [id], { baseline: 'max' })).rejects.toMatchObject({ code: 'unknown-baseline' });
  });

  it('leaves out what failed and what was pruned, and counts it', async () => {
    const runs = temporaryFolder();
    const statuses = { 2: 'FAILED', 3: 'PRUNED', 4: 'DIVERGED' } as const;
    const { id } = finishedSweepIn(runs, {
      variants: [{ [KERNEL]: 3 }, { [KERNEL]: 5 }],
      seeds: [1, 2, 3, 4],
      run: (variant, seed) => {
        const status = variant[KERNEL] === 3 ? statuses[seed as keyof typeof statuses] : undefined;
        return { status, metrics: { val_accuracy: 0.9 + noise(seed, JSON.stringify(variant)) } };
      },
    });
    const { answer, variants } = await gatherStudy(runs, [id]);
    expect(answer?.leftOut).toEqual({ failed: 2, pruned: 1 });
    expect(variants[0].runs.map(({ value }) => value === null)).toEqual([false, true, true, true]);
  });

  it('reads curves and confusion matrices only when they are asked for', async () => {
    const runs = temporaryFolder();
    const labels = [0, 0, 1, 1];
    const { id } = finishedSweepIn(runs, {
      variants: [{ [KERNEL]: 3 }, { [KERNEL]: 5 }],
      seeds: [1, 2],
      run: (_, seed) => ({ metrics: { val_accuracy: 0.5 }, labels, predictions: seed === 1 ? labels : [1, 0, 1, 1] }),
    });
    const plain = await gatherStudy(runs, [id]);
    expect([plain.variants[0].confusion, plain.variants[0].runs[0].curves]).toEqual([null, {}]);
    const { variants } = await gatherStudy(runs, [id], { curves: true, confusion: true });
    expect(variants[0].confusion).toEqual({
      classes: ['0', '1'],
      counts: [
        [1.5, 0.5],
        [0, 2],
      ],
    });
    expect(variants[0].runs[0].curves.val_accuracy).toEqual([
      { epoch: 1, value: 0.5 },
      { epoch: 2, value: 1 - 1 / 3 },
      { epoch: 3, value: 0.75 },
    ]);
  });
});

describe('the study of several', () => {
  it('joins sweeps, and tells variants of the same name apart', async () => {
    const runs = temporaryFolder();
    const first = kernelGrid(runs);
    const second = finishedSweepIn(runs, {
      variants: [{ [KERNEL]: 3, [POOLING]: 'max' }, { [KERNEL]: 7 }],
      seeds: SEEDS,
      run: (_, seed) => ({ metrics: { val_accuracy: noise(seed, 'second') } }),
      begun: { name: 'larger' },
    });
    const { title, variants, factors } = await gatherStudy(runs, [first.id, second.id]);
    expect(title).toBe('kernels, larger');
    const names = variants.map(({ name }) => name);
    expect(names).toContain('kernels: kernel_size=3 pooling=max');
    expect(names).toContain('larger: kernel_size=3 pooling=max');
    expect(names).toContain('kernel_size=7');
    expect(new Set(names).size).toBe(6);
    expect(factors).toEqual([]);
  });

  it('gathers single runs into variants by their configuration, and calls them by what differs', async () => {
    const folder = temporaryFolder();
    const ids = [6, 6, 12, 12].map((epochs, i) => {
      const metrics = { val_accuracy: 0.9 + 0.01 * i };
      return endedRunIn(folder, { seed: i % 2, configHash: `epochs ${epochs}`, config: experiment(epochs), metrics })
        .id;
    });
    const { variants, answer } = await gatherStudy(folder, ids);
    expect(variants.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['epochs=6', 2],
      ['epochs=12', 2],
    ]);
    expect(answer?.details.join()).toContain('At least 3 seeds each are needed');
  });

  it('compares two single models by their predictions', async () => {
    const folder = temporaryFolder();
    const labels = Array.from({ length: 40 }, (_, i) => i % 10);
    const wrong = (count: number) => labels.map((label, i) => (i < count ? (label + 1) % 10 : label));
    const ids = [0, 12].map((errors, i) => {
      const made = { seed: 1, configHash: String(i), config: experiment(6 + i), labels, predictions: wrong(errors) };
      return endedRunIn(folder, { ...made, metrics: { val_accuracy: 0.9 } }).id;
    });
    const { models } = await gatherStudy(folder, ids);
    expect(models).toMatchObject({ agreement: { bothRight: 28, onlyFirst: 12, onlySecond: 0, bothWrong: 0 } });
    // The exact binomial test of 12 in 12: 2 · 2^−12.
    expect(models?.test.pValue).toBeCloseTo(2 ** -11, 12);
  });

  it('warns of runs on other data', async () => {
    const folder = temporaryFolder();
    const ids = ['d1', 'd2'].map(
      (digest) => endedRunIn(folder, { seed: 1, digest, config: experiment(6), metrics: { val_accuracy: 0.9 } }).id,
    );
    const { answer } = await gatherStudy(folder, ids);
    expect(answer?.cautions.join()).toContain('Not all runs had the same data');
  });
});

it('says what there is when a metric is not, and that nothing has ended', async () => {
  const folder = temporaryFolder();
  const { id } = kernelGrid(folder, [1]);
  await expect(gatherStudy(folder, [id], { metric: 'val_f1_score' })).rejects.toMatchObject({
    code: 'unknown-metric',
    hint: expect.stringContaining('test_accuracy, val_accuracy, val_loss') as string,
  });
  const empty = finishedSweepIn(folder, { variants: [], seeds: [], run: () => ({}) });
  await expect(gatherStudy(folder, [empty.id])).rejects.toMatchObject({ code: 'nothing-to-compare' });
});

describe('a sweep over sources of chance', () => {
  it('names no best, and tells which source moves the metric', async () => {
    const runs = temporaryFolder();
    const levels = [0, 1, 2, 3, 4];
    const variants = levels.flatMap((split) =>
      levels.map((order) => ({ 'training.seeds.split': split, 'training.seeds.order': order })),
    );
    const luck = (name: string, i: number) => randomStream(i, name).normal();
    const { id } = finishedSweepIn(runs, {
      variants,
      seeds: [0],
      run: ({ 'training.seeds.split': split, 'training.seeds.order': order }) => ({
        metrics: {
          val_accuracy: 0.9 + 0.01 * luck('split', Number(split)) + 0.001 * luck(JSON.stringify(split), Number(order)),
        },
      }),
    });
    const { answer, chance, factors } = await gatherStudy(runs, [id]);
    expect([answer, factors]).toEqual([null, []]);
    expect(chance?.components.map(({ source }) => source)).toEqual(['split', 'order']);
    expect(chance?.components[0].share).toBeGreaterThan(0.9);
    expect(chance?.sentence).toContain('Shown to move it by itself: split.');
  });
});

describe('the ledger of a sweep', () => {
  const look = async (runs: string, ids: string[], options: object = {}) =>
    (await gatherStudy(runs, ids, { notesLook: true, ...options })).ledger;

  it('tells what was stated before from what is chosen after, and counts the looks', async () => {
    const runs = temporaryFolder();
    const { id } = kernelGrid(runs);
    expect(await look(runs, [id])).toMatchObject({ exploratory: false, chosenAfter: [], looks: 0, otherChoices: 0 });
    const margin = await look(runs, [id], { margin: 0.01 });
    expect(margin).toMatchObject({ exploratory: true, chosenAfter: ['the margin 0.01'], looks: 1, otherChoices: 0 });
    const all = await look(runs, [id], { metric: 'val_loss', alpha: 0.1, baseline: 'kernel_size=3 pooling=max' });
    expect(all).toMatchObject({ exploratory: true, looks: 2, otherChoices: 1 });
    expect(all?.chosenAfter).toEqual(['the metric val_loss', 'α = 0.1', 'the baseline kernel_size=3 pooling=max']);
    const again = await look(runs, [id]);
    expect(again).toMatchObject({ exploratory: false, looks: 3, otherChoices: 2 });
    expect(again?.sentence).toContain('Compared 3 times before, with 2 other choices.');
  });

  it('takes a margin that the sweep states for stated', async () => {
    const runs = temporaryFolder();
    const { id } = finishedSweepIn(runs, {
      variants: [{ [KERNEL]: 3 }, { [KERNEL]: 5 }],
      seeds: SEEDS,
      run: (variant, seed) => ({ metrics: { val_accuracy: 0.9 + noise(seed, JSON.stringify(variant)) } }),
      begun: { margin: 0.01 },
    });
    expect(await look(runs, [id], { margin: 0.01 })).toMatchObject({ exploratory: false });
    expect(await look(runs, [id], { margin: 0.02 })).toMatchObject({ exploratory: true });
  });

  it('is that of the sweep whose runs are named one by one, and of nothing where runs belong to none', async () => {
    const runs = temporaryFolder();
    const loose = [1, 2].map((seed) =>
      endedRunIn(runs, { seed, config: experiment(1), metrics: { val_accuracy: 0.9 } }),
    );
    const ids = loose.map(({ id }) => id);
    expect(await look(runs, ids)).toMatchObject({
      stated: null,
      exploratory: true,
      chosenAfter: ['which runs are compared'],
    });
    const [first, second] = [kernelGrid(runs), kernelGrid(runs)];
    await look(runs, [first.id]);
    expect(await look(runs, [first.id, second.id])).toMatchObject({
      exploratory: true,
      chosenAfter: ['which runs are compared'],
      looks: 1,
    });
  });

  it('lies beside the runs that are looked at, wherever they are', async () => {
    const [here, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const { path } = kernelGrid(elsewhere);
    expect(await look(here, [path])).toMatchObject({ exploratory: false, looks: 0 });
    expect(await look(here, [path])).toMatchObject({ exploratory: false, looks: 1 });
    expect(existsSync(join(path, 'looks.jsonl'))).toBe(true);
  });

  it('has no note of looks that no one sees', async () => {
    const runs = temporaryFolder();
    const { id } = kernelGrid(runs);
    await gatherStudy(runs, [id]);
    expect(await look(runs, [id])).toMatchObject({ looks: 0 });
  });
});
