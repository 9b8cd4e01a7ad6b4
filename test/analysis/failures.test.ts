import { beforeAll, describe, expect, it } from 'vitest';
import { answerQuestion } from '../../src/analysis/answer.js';
import { fisherExact } from '../../src/analysis/statistics/fisher.js';
import { randomStream } from '../../src/random.js';
import { askReference, type Question } from '../support/statistics-reference.js';

const TABLES = [
  [5, 8, 0, 8],
  [1, 8, 0, 8],
  [0, 5, 5, 5],
  [3, 20, 9, 20],
  [2, 3, 40, 90],
  [7, 1000, 19, 1000],
  [0, 4, 0, 9],
] as const;

let told: unknown[];
beforeAll(async () => {
  told = await askReference(TABLES.map((table): Question => ['fisher', [...table]]));
});

const stream = randomStream(1, 'test/failures');
/** Values of seeds 0, 1, …, but for those that failed. */
function variant(name: string, mean: number, seeds: number, failedSeeds: readonly number[] = []) {
  const values = Array.from({ length: seeds }, (_, seed) => [seed, mean + 0.001 * stream.normal()] as const);
  return {
    name,
    values: new Map(values.filter(([seed]) => !failedSeeds.includes(seed))),
    leftOut: { failed: failedSeeds.length, pruned: 0 },
  };
}

const metric = { name: 'val_accuracy', goal: 'maximize' } as const;
const ask = (...variants: ReturnType<typeof variant>[]) => answerQuestion({ question: null, metric, variants });

describe('Fisher’s exact test', () => {
  it.each(TABLES.map((table, i) => [table.join(' '), i] as const))('of %s is SciPy’s', (_, i) => {
    const [count, total, otherCount, otherTotal] = TABLES[i];
    const ours = fisherExact({ count, total }, { count: otherCount, total: otherTotal });
    expect(Math.abs(ours - Number(told[i]))).toBeLessThan(1e-9 * Number(told[i]));
  });
});

describe('failures', () => {
  it('are told first, with what their difference comes to', () => {
    const { failures, sentence } = ask(variant('a', 0.9, 8), variant('b', 0.9, 8, [0, 2, 3, 5, 6]));
    expect(sentence).toMatch(
      /^Failed: 5 of 8 runs of b; none of a; b fails more often \(Fisher’s exact test, p = 0.026\)\./,
    );
    expect(failures?.comparisons).toMatchObject([{ first: 'b', second: 'a' }]);
  });

  it('are counted where nothing else has ended that they could be compared with', () => {
    const { sentence, failures } = ask(variant('a', 0.9, 3, [0, 1, 2]), variant('b', 0.9, 0));
    expect(failures?.comparisons).toEqual([]);
    expect(sentence).toMatch(/^Failed: 3 of 3 runs of a; none of b\./);
    expect(sentence).not.toContain('Infinity');
  });

  it('take the title from what survives by luck', () => {
    const answer = ask(variant('a', 0.9, 8), variant('b', 0.95, 8, [0, 2, 3, 5, 6]));
    expect(answer).toMatchObject({ decided: false, best: [], failures: { withheld: ['b'] } });
    expect(answer.sentence).toContain('b is not called better');
    expect(answer.sentence).toContain('Of what finished: b is better than a');
  });

  it('leave the title to what is better even when they count as lost', () => {
    const answer = ask(variant('a', 0.9, 20), variant('b', 0.95, 20, [3]));
    expect(answer).toMatchObject({ decided: true, best: ['b'], failures: { withheld: [] } });
    expect(answer.sentence).toContain('isn’t shown');
  });

  it('of the worse variant are no reason to doubt the better', () => {
    expect(ask(variant('a', 0.9, 8, [1, 2]), variant('b', 0.95, 8))).toMatchObject({ best: ['b'], decided: true });
  });

  it('that are none aren’t spoken of', () => {
    const answer = ask(variant('a', 0.9, 5), variant('b', 0.95, 5));
    expect(answer.failures).toBeNull();
    expect(answer.sentence).toMatch(/^b is better/);
  });
});
