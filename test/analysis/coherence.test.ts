import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerRequest, Comparison } from '../../src/analysis/answer-facts.js';
import { answerQuestion } from '../../src/analysis/answer.js';
import type { SeedValues } from '../../src/analysis/statistics/pairing.js';

const metric = { name: 'val_accuracy', goal: 'maximize' } as const;

/** Values as runs give them: of whole images, continuous, all alike, with an outlier, each with its own seeds. */
const value = fc.oneof(
  fc.integer({ min: 90, max: 100 }).map((images) => images / 100),
  fc.double({ min: 0.9, max: 1, noNaN: true }),
  fc.constantFrom(0.5, 0.95, 0.95, 0.95),
);
const shared = fc.integer({ min: 0, max: 14 }).chain((n) => fc.array(value, { minLength: n, maxLength: n }));
const advantage = fc.constantFrom(0, 0, 0.01, 0.05, 0.3);
const variants = fc
  .array(fc.record({ values: shared, advantage, first: fc.constantFrom(0, 0, 0, 7, 100) }), {
    minLength: 2,
    maxLength: 5,
  })
  .map((all) =>
    all.map(({ values, advantage: more, first }, i) => ({
      name: `v${i}`,
      values: new Map(values.map((each, seed) => [first + seed, each + more])),
      leftOut: { failed: 0, pruned: 0 },
    })),
  );
const wishes = fc.record({
  sequential: fc.boolean(),
  margin: fc.constantFrom(undefined, 0.005, 0.02),
  baseline: fc.constantFrom(undefined, 'v0'),
  alpha: fc.constantFrom(0.05, 0.2),
  questions: fc.constantFrom(undefined, 3),
});

function expectCoherent(one: Comparison, alpha: number, margin: number | undefined): void {
  const { verdict, interval, difference, adjusted, better, first, second } = one;
  const excludesZero = interval !== null && (interval[0] > 0 || interval[1] < 0);
  if (interval !== null && difference !== null) {
    expect(interval[0]).toBeLessThanOrEqual(difference);
    expect(interval[1]).toBeGreaterThanOrEqual(difference);
  }
  if (verdict === 'different') {
    expect(excludesZero).toBe(true);
    expect(adjusted.difference).toBeLessThan(alpha);
    expect(better).toBe((difference ?? 0) > 0 ? first : second);
  } else {
    expect(better).toBeNull();
  }
  if (verdict === 'equivalent') {
    expect(adjusted.equivalence).toBeLessThan(alpha);
    expect(interval?.[0]).toBeGreaterThan(-(margin ?? 0));
    expect(interval?.[1]).toBeLessThan(margin ?? 0);
  }
  if (verdict === 'undecided' && Math.min(...one.counts) >= 3) {
    expect(excludesZero).toBe(false);
    expect(adjusted.difference ?? 1).toBeGreaterThanOrEqual(alpha);
    expect(adjusted.equivalence ?? 1).toBeGreaterThanOrEqual(alpha);
  }
}

describe('an answer', () => {
  it('never contradicts itself, whatever the values', () => {
    fc.assert(
      fc.property(variants, wishes, (all, more) => {
        const request: AnswerRequest = { question: null, metric, variants: all, ...more };
        const { comparisons, best, decided, leader, sentence, baseline } = answerQuestion(request);
        for (const one of comparisons) expectCoherent(one, more.alpha, more.margin);
        if (decided && baseline === null) expect(best).toContain(leader);
        if (!decided && baseline === null) expect(best).toEqual([]);
        if (decided) expect(comparisons.some(({ isOpen }) => isOpen)).toBe(false);
        expect(sentence).not.toMatch(/NaN|undefined|Infinity/);
      }),
      { numRuns: 100 },
    );
  });

  it('holds zero where it can’t tell, though rounding puts the end of the interval beside it', () => {
    const of = (first: number, values: readonly number[]) => new Map(values.map((each, i) => [first + i, each]));
    const leftOut = { failed: 0, pruned: 0 };
    const { comparisons } = answerQuestion({
      question: null,
      metric,
      baseline: 'v0',
      variants: [
        { name: 'v0', values: of(0, [0.95, 0.9, 0.9557195007298823, 0.95, 0.9, 0.9]), leftOut },
        { name: 'v1', values: of(0, [0.5]), leftOut },
        {
          name: 'v2',
          values: of(100, [0.9535649251777664, 0.9557195007300822, 0.9500000000000001, 1, 0.9701378519554029]),
          leftOut,
        },
      ],
    });
    for (const one of comparisons) expectCoherent(one, 0.05, undefined);
  });

  it('tells of an early lead that a late seed refutes what all seeds say', () => {
    const differences = [0.01, 0.0101, 0.0102, 0.0099, -0.06];
    const a = [0.9, 0.91, 0.89, 0.905, 0.9];
    const of = (values: readonly number[]): SeedValues => new Map(values.map((each, seed) => [seed, each]));
    const leftOut = { failed: 0, pruned: 0 };
    const answer = answerQuestion({
      question: null,
      metric,
      sequential: true,
      variants: [
        { name: 'a', values: of(a), leftOut },
        { name: 'b', values: of(a.map((each, i) => each + differences[i])), leftOut },
      ],
    });
    expect(answer).toMatchObject({ decided: false, leader: 'a', best: [] });
    expect(answer.comparisons[0].pValue).toBeGreaterThan(0.05);
  });
});
