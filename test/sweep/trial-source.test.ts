import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SweepVariant } from '../../src/config/variants/sweep.js';
import { ListedTrials } from '../../src/sweep/trial-source.js';
import { trialKey } from '../../src/sweep/trial.js';

/** Variants whose configurations nobody asks for: planning must not make ten thousand of them. */
function variants(count: number): SweepVariant[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    values: { a: index },
    config: () => {
      throw new Error('made too early');
    },
  }));
}

async function keysOf(source: ListedTrials): Promise<string[]> {
  const keys: string[] = [];
  for (let trial = await source.next(); trial; trial = await source.next()) {
    keys.push(trialKey(trial.variant.index, trial.seed));
  }
  return keys;
}

const list = (count: number, seeds: number[], ended: string[] = []): ListedTrials =>
  new ListedTrials(variants(count), seeds, ({ index }) => `a=${index}`, new Map(ended.map((key) => [key, true])));

describe('ListedTrials', () => {
  it('goes through all variants with the first seed, then with the next', async () => {
    expect(await keysOf(list(3, [7, 8]))).toEqual(['0/7', '1/7', '2/7', '0/8', '1/8', '2/8']);
  });

  it('begins with what has ended, and has every trial once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(6), fc.integer({ min: 1, max: 4 }), fc.func(fc.boolean()), async (count, seeds, has) => {
        const numbers = Array.from({ length: seeds }, (_, index) => index);
        const all = await keysOf(list(count, numbers));
        const ended = all.filter((key) => has(key));
        const keys = await keysOf(list(count, numbers, ended));
        expect(new Set(keys.slice(0, ended.length))).toEqual(new Set(ended));
        expect(keys.toSorted()).toEqual(all.toSorted());
        expect(new Set(all).size).toBe(count * seeds);
      }),
    );
  });

  it('has none left once it is closed', async () => {
    const source = list(3, [7]);
    await source.next();
    source.close();
    expect(await source.next()).toBeUndefined();
  });
});
