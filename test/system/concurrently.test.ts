import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forEachConcurrently } from '../../src/system/concurrently.js';

const ITEMS = Array.from({ length: 20 }, (_, i) => i);

describe('calls side by side', () => {
  it('are made for every item, in order, never more than the limit at once', async () => {
    const begun: number[] = [];
    let [underWay, most] = [0, 0];
    await forEachConcurrently(ITEMS, 3, async (item, index) => {
      expect(index).toBe(item);
      begun.push(item);
      most = Math.max(most, ++underWay);
      await sleep(item % 4);
      underWay--;
    });
    expect(begun).toEqual(ITEMS);
    expect(most).toBe(3);
  });

  it('end at a failure, which is thrown when those under way have ended', async () => {
    const [begun, ended]: [number[], number[]] = [[], []];
    const action = async (item: number): Promise<void> => {
      begun.push(item);
      if (item === 4) throw new Error('the fifth');
      await sleep(20);
      ended.push(item);
    };
    await expect(forEachConcurrently(ITEMS, 3, action)).rejects.toThrow('the fifth');
    // Those that were under way then, and no others.
    expect(begun.length).toBeLessThanOrEqual(4 + 3);
    expect(ended).toEqual(begun.filter((item) => item !== 4));
  });
});
