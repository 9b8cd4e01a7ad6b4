import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import { gatherStudy } from '../../src/study/gather-study.js';
import { finishedSweepIn } from '../support/finished-sweeps.js';
import { temporaryFolder } from '../support/runs.js';

const KERNEL = 'model.kernel_size';
const SEEDS = [1, 2, 3, 4, 5];

describe('the test images', () => {
  it('give the two variants that are told first intervals of seeds and images, and their difference image by image', async () => {
    const runs = temporaryFolder();
    const labels = Array.from({ length: 200 }, (_, i) => i % 2);
    const { id } = finishedSweepIn(runs, {
      variants: [{ [KERNEL]: 3 }, { [KERNEL]: 5 }],
      seeds: SEEDS,
      run: (variant, seed) => {
        const stream = randomStream(seed, JSON.stringify(variant));
        const wrong = variant[KERNEL] === 3 ? 0.3 : 0.1;
        const predictions = labels.map((label) => (stream.uniform() < wrong ? 1 - label : label));
        const accuracy =
          0.9 +
          0.005 * Number(variant[KERNEL]) +
          0.001 * randomStream(seed, `luck ${JSON.stringify(variant)}`).normal();
        return { metrics: { val_accuracy: accuracy }, labels, predictions };
      },
    });
    const { testSet } = await gatherStudy(runs, [id]);
    const [best, other] = testSet?.variants ?? [];
    expect([best.seeds, best.examples]).toEqual([5, 200]);
    expect(best.mean).toBeGreaterThan(other.mean);
    expect(testSet?.difference?.mean).toBeCloseTo(best.mean - other.mean, 12);
    // Wider than 200 images at 90 % are alone: ±1.96 √(0.09 / 200 / 5) at least.
    const [lower, upper] = best.interval ?? [0, 0];
    expect(upper - lower).toBeGreaterThan(2 * 1.96 * Math.sqrt(0.09 / 1000) * 0.9);
  });
  it('give no interval beyond what is possible, though they are few', async () => {
    const runs = temporaryFolder();
    const { id } = finishedSweepIn(runs, {
      variants: [{ [KERNEL]: 3 }, { [KERNEL]: 5 }],
      seeds: SEEDS,
      run: (variant, seed) => ({
        metrics: {
          val_accuracy:
            0.9 +
            0.01 * Number(variant[KERNEL]) +
            0.001 * randomStream(seed, `luck ${JSON.stringify(variant)}`).normal(),
        },
        labels: [0, 1, 0],
        predictions: variant[KERNEL] === 5 ? [0, 1, 1] : [1, 0, 1],
      }),
    });
    const { testSet } = await gatherStudy(runs, [id]);
    expect(testSet?.variants.map(({ mean }) => mean)).toEqual(
      [2 / 3, 0].map((mean) => expect.closeTo(mean, 12) as number),
    );
    for (const { interval } of testSet?.variants ?? []) {
      expect(interval?.[0]).toBeGreaterThanOrEqual(0);
      expect(interval?.[1]).toBeLessThanOrEqual(1);
    }
    expect(testSet?.difference?.interval?.[1]).toBeLessThanOrEqual(1);
  });
});
