import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MicroBatcher } from '../../src/serving/micro-batcher.js';

/** Answers by doubling, when told to. */
function doubler(options: { largestBatch?: number; queueLimit?: number } = {}) {
  const batches: number[][] = [];
  const releases: (() => void)[] = [];
  const batcher = new MicroBatcher<number, number>({
    process: async (batch) => {
      batches.push(batch);
      await new Promise<void>((resolve) => releases.push(resolve));
      return batch.map((value) => 2 * value);
    },
    largestBatch: 4,
    queueLimit: 100,
    ...options,
  });
  const turn = () => new Promise(setImmediate);
  const release = async () => {
    releases.shift()?.();
    await turn();
  };
  return { batcher, batches, release, turn };
}

describe('a micro-batcher', () => {
  it('sends what finds nothing under way at once, and gathers what comes meanwhile', async () => {
    const { batcher, batches, release, turn } = doubler();
    const first = batcher.submit(1);
    await turn();
    expect(batches).toEqual([[1]]);
    const others = [2, 3, 4, 5, 6].map((value) => batcher.submit(value));
    await turn();
    expect(batches).toHaveLength(1);
    expect(batcher.length).toBe(5);
    await release();
    expect(await first).toBe(2);
    expect(batches).toEqual([[1], [2, 3, 4, 5]]);
    await release();
    await release();
    expect(await Promise.all(others)).toEqual([4, 6, 8, 10, 12]);
    expect(batches.at(-1)).toEqual([6]);
  });

  it('refuses what is more than may wait, and takes more when there is room', async () => {
    const { batcher, release, turn } = doubler({ queueLimit: 2 });
    const first = batcher.submit(1);
    await turn();
    const waiting = [batcher.submit(2), batcher.submit(3)];
    await expect(batcher.submit(4)).rejects.toMatchObject({ code: 'overloaded' });
    await release();
    await release();
    expect(await Promise.all([first, ...waiting])).toEqual([2, 4, 6]);
    const later = batcher.submit(5);
    await turn();
    await release();
    expect(await later).toBe(10);
  });

  it('lets a batch that fails fail, and continues', async () => {
    let calls = 0;
    const batcher = new MicroBatcher<number, number>({
      process: (batch) => (calls++ === 0 ? Promise.reject(new Error('dead')) : Promise.resolve(batch)),
      largestBatch: 4,
      queueLimit: 10,
    });
    await expect(batcher.submit(1)).rejects.toThrow('dead');
    expect(await batcher.submit(2)).toBe(2);
  });

  it('answers every request with its own result, however they come', async () => {
    const bursts = fc.array(fc.array(fc.integer(), { maxLength: 20 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(bursts, fc.integer({ min: 1, max: 8 }), async (values, largestBatch) => {
        const sizes: number[] = [];
        const batcher = new MicroBatcher<number, number>({
          process: async (batch) => {
            await new Promise(setImmediate);
            return batch.map((value) => value + 1);
          },
          largestBatch,
          queueLimit: 1000,
          onBatch: (size) => sizes.push(size),
        });
        const answers: Promise<number>[] = [];
        for (const burst of values) {
          answers.push(...burst.map((value) => batcher.submit(value)));
          await new Promise(setImmediate);
        }
        expect(await Promise.all(answers)).toEqual(values.flat().map((value) => value + 1));
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(largestBatch);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(values.flat().length);
      }),
    );
  });
});
