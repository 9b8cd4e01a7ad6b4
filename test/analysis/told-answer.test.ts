import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Variant } from '../../src/analysis/answer-facts.js';
import { answerQuestion } from '../../src/analysis/answer.js';
import { randomStream } from '../../src/random.js';

const metric = { name: 'val_accuracy', goal: 'maximize' } as const;

function variant(name: string, values: readonly number[]): Variant {
  return { name, values: new Map(values.map((value, seed) => [seed, value])), leftOut: { failed: 0, pruned: 0 } };
}

function ask(variants: readonly Variant[], sequential = false) {
  return answerQuestion({ question: null, metric, variants, sequential });
}

describe('an answer about many variants', () => {
  const stream = randomStream(5, 'test/many-told');
  const titled = (title: string, mean: number): Variant => ({
    ...variant(
      `label ${title}`,
      Array.from({ length: 5 }, () => mean + 0.002 * stream.normal()),
    ),
    title,
  });

  it('is one line first; what is worse and what is too close follow, counted where they are many', () => {
    const near = Array.from({ length: 8 }, (_, i) => titled(`5×5 kernels + max pooling + ${i} blocks`, 0.919));
    const far = Array.from({ length: 5 }, (_, i) => titled(`3×3 kernels + no pooling + ${i} blocks`, 0.6));
    const { sentence, details } = ask([...far, ...near]);
    expect(sentence).toMatch(
      /^5×5 kernels \+ max pooling \+ \d blocks leads, 9\d\.\d+ %; not separable from \d others\.$/,
    );
    expect(details.find((line) => line.startsWith('Clearly worse'))).toMatch(/; 2 more\.$/);
    expect([sentence, ...details].join(' ')).not.toContain('label');
    for (const line of details) expect(line.length).toBeLessThan(400);
  });

  it('never has an interval without 0 beside what can’t be told, nor one beyond what can be, nor a −0', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 5 }), fc.boolean(), (samples, sequential) => {
        const { sentence, details, comparisons } = ask(
          samples.map((sample, i) => variant(`v${i}`, sample)),
          sequential,
        );
        expect([sentence, ...details].join(' ')).not.toMatch(/−0(\.0+)?(?![.\d])/);
        for (const { verdict, interval } of comparisons) {
          if (interval === null) continue;
          if (verdict === 'undecided') expect(interval[0] <= 0 && interval[1] >= 0).toBe(true);
          expect(interval[0] >= -1 && interval[1] <= 1).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
