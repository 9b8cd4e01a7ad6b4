import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectSize } from '../../../src/analysis/statistics/effect-size.js';
import { equivalence } from '../../../src/analysis/statistics/equivalence.js';
import { holmAdjust } from '../../../src/analysis/statistics/holm.js';
import { countAgreement, mcnemar } from '../../../src/analysis/statistics/mcnemar.js';
import { pairedT, studentTest } from '../../../src/analysis/statistics/paired-t.js';
import { pairBySeed } from '../../../src/analysis/statistics/pairing.js';
import { signFlipTest } from '../../../src/analysis/statistics/permutation.js';
import { wilcoxonSignedRank } from '../../../src/analysis/statistics/wilcoxon.js';
import { randomStream } from '../../../src/random.js';

const difference = fc.integer({ min: -40, max: 40 }).map((images) => images / 1000);
const differences = fc.array(difference, { minLength: 2, maxLength: 12 });
const seeded = (values: readonly number[]) => new Map(values.map((value, seed) => [seed, value]));

/** Each test's two-sided p-value. */
const tests: [string, (differences: readonly number[]) => number][] = [
  ['paired t', (values) => pairedT(values).pValue],
  ['Wilcoxon', (values) => wilcoxonSignedRank(values).pValue],
  ['sign flips', (values) => signFlipTest(values).pValue],
];

describe('pairing', () => {
  it('takes the seeds that both have, in order', () => {
    const first = new Map([
      [3, 0.5],
      [1, 0.25],
      [7, 0.125],
    ]);
    const second = new Map([
      [1, 0.125],
      [2, 0.5],
      [3, 0.25],
    ]);
    expect(pairBySeed(first, second)).toEqual({
      seeds: [1, 3],
      first: [0.25, 0.5],
      second: [0.125, 0.25],
      differences: [0.125, 0.25],
    });
  });

  it('sees ties and zeros through rounding', () => {
    const images = fc.array(fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: -3, max: 3 })), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(images, (pairs) => {
        const first = pairs.map(([right, more]) => (right + more) / 10_000);
        const second = pairs.map(([right]) => right / 10_000);
        const found = pairBySeed(seeded(first), seeded(second)).differences;
        const distinct = new Set(found.map(Math.abs));
        expect(distinct.size).toBe(new Set(pairs.map(([, more]) => Math.abs(more))).size);
        found.forEach((value, i) => {
          expect(Math.sign(value)).toBe(Math.sign(pairs[i][1]));
        });
      }),
    );
  });

  it('refuses values that are no numbers', () => {
    expect(() => pairBySeed(seeded([NaN]), seeded([0.5]))).toThrow(expect.objectContaining({ code: 'invalid-sample' }));
  });
});

describe.each(tests)('%s', (_, pValueOf) => {
  it('depends neither on the sign, nor on the scale, nor on the order', () => {
    fc.assert(
      fc.property(differences, (values) => {
        const pValue = pValueOf(values);
        expect(pValue).toBeGreaterThanOrEqual(0);
        expect(pValue).toBeLessThanOrEqual(1);
        expect(pValueOf(values.map((value) => -value))).toBeCloseTo(pValue, 12);
        expect(pValueOf(values.map((value) => 8 * value))).toBeCloseTo(pValue, 12);
        expect(pValueOf(values.toReversed())).toBeCloseTo(pValue, 12);
      }),
    );
  });

  it('finds nothing in differences that are all zero', () => {
    expect(pValueOf([0, 0, 0])).toBe(1);
  });
});

describe('differences that are all the same', () => {
  const same = [0.01, 0.01, 0.01, 0.01];

  it('are infinitely many standard errors from zero, but only four fair coins', () => {
    expect(pairedT(same)).toMatchObject({ statistic: Infinity, pValue: 0, interval: [0.01, 0.01] });
    expect(wilcoxonSignedRank(same).pValue).toBe(2 / 2 ** 4);
    expect(signFlipTest(same).pValue).toBe(2 / 2 ** 4);
  });

  it('have no standardized effect', () => {
    expect(effectSize(pairBySeed(seeded([0.5, 0.6]), seeded([0.4, 0.5])))).toBeNull();
    expect(effectSize(pairBySeed(seeded([0.5, 0.5]), seeded([0.5, 0.5])))).toBeNull();
  });

  it('are equivalent just inside the margin', () => {
    expect(equivalence(studentTest(same), 0.02).pValue).toBe(0);
    expect(equivalence(studentTest(same), 0.005).pValue).toBe(1);
  });
});

describe('sign flips', () => {
  it('estimates beyond 16 what it counts below', () => {
    const stream = randomStream(3, 'test/sign-flip');
    const values = Array.from({ length: 40 }, () => 0.3 + stream.normal());
    const { pValue, exact } = signFlipTest(values, { resamples: 50_000 });
    expect(exact).toBe(false);
    // With 40 values, the t test's p-value is close to the permutation test's.
    expect(Math.abs(pValue - pairedT(values).pValue)).toBeLessThan(0.01);
  });
});

describe('the effect size', () => {
  it('keeps its interval around it and is shrunk by the correction', () => {
    const samples = fc.array(fc.tuple(difference, difference), { minLength: 3, maxLength: 10 });
    fc.assert(
      fc.property(samples, (values) => {
        const effect = effectSize(pairBySeed(seeded(values.map(([a]) => a)), seeded(values.map(([, b]) => b))));
        if (effect === null) return;
        expect(Math.abs(effect.hedgesGz)).toBeLessThanOrEqual(Math.abs(effect.dz));
        expect(effect.dzInterval[0]).toBeLessThanOrEqual(effect.dz + 1e-9);
        expect(effect.dzInterval[1]).toBeGreaterThanOrEqual(effect.dz - 1e-9);
        expect(Math.sign(effect.dav)).toBe(Math.sign(effect.dz));
      }),
      { numRuns: 25 },
    );
  });
});

describe('equivalence', () => {
  it('is declared just when the interval lies inside the margin', () => {
    fc.assert(
      fc.property(differences, fc.double({ min: 0.001, max: 0.1, noNaN: true }), (values, margin) => {
        const { pValue, interval } = equivalence(studentTest(values), margin, 0.05);
        if (interval === null) throw new Error('Student’s interval always has ends');
        expect(pValue < 0.05).toBe(interval[0] > -margin && interval[1] < margin);
      }),
    );
  });

  it.each([0, -0.1, NaN, Infinity])('refuses a margin of %d', (margin) => {
    expect(() => equivalence(studentTest([0, 0.1]), margin)).toThrow(
      expect.objectContaining({ code: 'invalid-margin' }),
    );
  });
});

describe('too few differences', () => {
  it.each([
    ['paired t', () => pairedT([0.1])],
    ['equivalence', () => equivalence(studentTest([0.1]), 1)],
    ['Wilcoxon', () => wilcoxonSignedRank([])],
    ['sign flips', () => signFlipTest([])],
  ])('are refused by %s', (_, test) => {
    expect(test).toThrow(expect.objectContaining({ code: 'invalid-sample' }));
  });
});

describe('Holm', () => {
  const family = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

  it('keeps the order, never lowers, and is at most Bonferroni', () => {
    fc.assert(
      fc.property(family, (pValues) => {
        const adjusted = holmAdjust(pValues);
        pValues.forEach((pValue, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(pValue);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, pValues.length * pValue));
          pValues.forEach((other, j) => {
            if (other > pValue) expect(adjusted[j]).toBeGreaterThanOrEqual(adjusted[i]);
          });
        });
      }),
    );
  });
});

describe('McNemar', () => {
  it('counts agreement image by image', () => {
    const agreement = countAgreement([0, 1, 2, 3, 4], [0, 1, 0, 3, 0], [0, 0, 2, 3, 1]);
    expect(agreement).toEqual({ bothRight: 2, onlyFirst: 1, onlySecond: 1, bothWrong: 1 });
    expect(mcnemar(agreement)).toMatchObject({ accuracyDifference: 0, pValue: 1 });
  });

  it('is as sure as numbers can be of models that are worlds apart', () => {
    const { pValue, approximatePValue } = mcnemar({ bothRight: 1000, onlyFirst: 6000, onlySecond: 100, bothWrong: 0 });
    expect([pValue, approximatePValue]).toEqual([0, 0]);
  });

  it('finds no difference between models that never differ', () => {
    const same = mcnemar({ bothRight: 9, onlyFirst: 0, onlySecond: 0, bothWrong: 1 });
    expect(same).toMatchObject({ accuracyDifference: 0, pValue: 1, approximatePValue: 1 });
    expect(same.interval[0]).toBeLessThan(0);
  });

  it('refuses predictions for other images', () => {
    expect(() => countAgreement([0, 1], [0], [0, 1])).toThrow(expect.objectContaining({ code: 'invalid-sample' }));
  });
});
