import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import { gatherStudy } from '../../src/study/gather-study.js';
import { finishedSweepIn } from '../support/finished-sweeps.js';
import { temporaryFolder } from '../support/runs.js';

const MODEL = 'layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }]';
const KERNEL = 'model.kernel_size';
const SEEDS = [1, 2, 3, 4, 5];

/** The same luck for a seed whatever the variant, and a little more. */
function noise(seed: number, name: string): number {
  return 0.01 * randomStream(seed, 'luck').normal() + 0.001 * randomStream(seed, name).normal();
}

/** Runs of an experiment whose data were divided as `split` says, the second variant a little better. */
function dividedStudy(
  split: string,
  more: { training?: string; begun?: object; dataset?: string; model?: string } = {},
) {
  const runs = temporaryFolder();
  const dataset = `dataset: { ${more.dataset ?? 'name: mnist'}, ${split} }`;
  const { id } = finishedSweepIn(runs, {
    variants: [{ [KERNEL]: 3 }, { [KERNEL]: 5 }],
    seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    run: (variant, seed) => ({
      metrics: { val_accuracy: 0.9 + 0.001 * Number(variant[KERNEL]) + noise(seed, JSON.stringify(variant)) },
      config: `name: plain\n${dataset}\nmodel: { ${more.model ?? MODEL} }\ntraining: { ${more.training ?? 'epochs: 1'} }\n`,
      samples: { training: 54_000, validation: 6000, test: 10_000 },
    }),
    begun: more.begun,
  });
  return gatherStudy(runs, [id]);
}

describe('what an answer is about', () => {
  it('is said by how its runs divided their data', async () => {
    const told = async (...of: Parameters<typeof dividedStudy>) => (await dividedStudy(...of)).scope?.sentence;
    expect(await told('validation_split: 0.1')).toContain('random splits of mnist');
    expect(await told('split: { folds: 5 }')).toContain('5 folds of mnist');
    expect(await told('validation_split: 0.1', { training: 'seeds: { split: 3 }' })).toContain('one split of mnist');
  });

  it('calls a table by its file', async () => {
    const dataset = 'name: table, path: /data/iris.csv, inputs: { width: { type: number } }, target: species';
    const { scope } = await dividedStudy('validation_split: 0.1', { dataset, model: 'layers: [{ type: dense }]' });
    expect(scope?.sentence).toContain('random splits of iris.csv as it is');
  });

  it('never has an interval without 0 for a difference that isn’t shown, nor one with 0 for one that holds', async () => {
    const runs = temporaryFolder();
    for (const step of [0.0004, 0.0008, 0.0012, 0.0016]) {
      const { id } = finishedSweepIn(runs, {
        variants: [1, 2, 3, 4].map((size) => ({ [KERNEL]: size })),
        seeds: SEEDS,
        run: (variant, seed) => ({
          metrics: { val_accuracy: 0.9 + step * Number(variant[KERNEL]) + noise(seed, JSON.stringify(variant)) },
          config: `name: plain\ndataset: { name: mnist, validation_split: 0.1 }\nmodel: { ${MODEL} }\n`,
          samples: { training: 54_000, validation: 6000, test: 10_000 },
        }),
      });
      const { scope } = await gatherStudy(runs, [id]);
      expect(scope?.newData).toHaveLength(6);
      for (const { interval, adjustedPValue } of scope?.newData ?? [])
        expect(interval[0] > 0 || interval[1] < 0).toBe(adjustedPValue < 0.05);
    }
  });

  it('widens the interval for new data as Nadeau and Bengio do, by how many validate for each that is trained on', async () => {
    const { answer, scope } = await dividedStudy('split: { folds: 5 }');
    const [naive] = answer?.comparisons ?? [];
    const [own] = scope?.newData ?? [];
    const width = ([lower, upper]: readonly [number, number]) => upper - lower;
    // √(1/10 + 1/4) where the naive has √(1/10).
    expect(width(own.interval) / width(naive.interval ?? [0, 0])).toBeCloseTo(Math.sqrt(3.5), 9);
    expect(own.difference).toBeCloseTo(naive.difference ?? NaN, 12);
  });

  it('leaves new data out where the design can’t tell: one split, and seeds that were added', async () => {
    const fixed = await dividedStudy('validation_split: 0.1', { training: 'seeds: { split: 3 }' });
    const added = await dividedStudy('validation_split: 0.1', { begun: { seed_range: { min: 3, max: 20 } } });
    expect([fixed.scope?.newData, added.scope?.newData]).toEqual([null, null]);
  });
});
