import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equivalencePValue } from '../../../src/analysis/statistics/equivalence.js';
import { twoSided } from '../../../src/analysis/statistics/mean-test.js';
import { pairedT } from '../../../src/analysis/statistics/paired-t.js';
import { signFlipTest } from '../../../src/analysis/statistics/permutation.js';
import { bettingTest, seedsForDecision } from '../../../src/analysis/statistics/sequential.js';
import { randomStream, type RandomStream } from '../../../src/random.js';

const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 25 });
const SEEDS = 25;
const STUDIES = 1000;

/** The share of comparisons, looked at after each of 25 seeds, in which this p-value is ever below 5 %. */
function shareFound(draw: (stream: RandomStream) => number, pValue: (seen: readonly number[]) => number): number {
  const stream = randomStream(9, 'test/sequential');
  let found = 0;
  for (let study = 0; study < STUDIES; study++) {
    const drawn = Array.from({ length: SEEDS }, () => draw(stream));
    if (drawn.some((_, i) => i >= 2 && pValue(drawn.slice(0, i + 1)) < 0.05)) found++;
  }
  return found / STUDIES;
}

const betting = (seen: readonly number[]): number => twoSided(bettingTest(seen));
/** Four standard errors of such a simulation above 5 %. */
const AT_MOST = 0.05 + 4 * Math.sqrt((0.05 * 0.95) / STUDIES);

describe('the betting test', () => {
  it('leaves a bound out of its interval just when its p-value is below alpha', () => {
    const bounds = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(differences, bounds, fc.constantFrom(0.01, 0.05, 0.2, 0.4), (values, bound, alpha) => {
        const test = bettingTest(values);
        const limits = test.limits(alpha);
        if (limits === null) return;
        fc.pre(limits.every((end) => Math.abs(end - bound) > 1e-9));
        expect(test.above(bound) < alpha).toBe(bound < limits[0]);
        expect(test.below(bound) < alpha).toBe(bound > limits[1]);
      }),
    );
  });

  it('is the same with all signs turned', () => {
    fc.assert(
      fc.property(differences, (values) => {
        const [one, other] = [bettingTest(values), bettingTest(values.map((value) => -value))];
        expect(other.below(-0.1)).toBe(one.above(0.1));
        const [limits, turned] = [one.limits(0.1), other.limits(0.1)];
        expect(turned).toEqual(limits && [-limits[1], -limits[0]]);
      }),
    );
  });

  it('is never surer of alike differences than their signs allow', () => {
    for (let n = 1; n <= 10; n++) {
      const alike = Array.from({ length: n }, () => 0.01);
      expect(betting(alike)).toBeGreaterThanOrEqual(signFlipTest(alike).pValue);
    }
    expect(bettingTest([0.01, 0.01, 0.01, 0.01, 0.01]).limits(0.025)).toBeNull();
  });

  it('has an expected stake of at most 1 over all signs, in any order of their magnitudes', () => {
    // The definition of an e-value, computed exactly: no simulation.
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (sizes) => {
          let sum = 0;
          for (let signs = 0; signs < 2 ** sizes.length; signs++) {
            sum += 1 / rawAbove(sizes.map((size, i) => (signs & (1 << i) ? size : -size)));
          }
          expect(sum / 2 ** sizes.length).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});

/** Below 1 it is the stake itself that counts, which the p-value cuts off: an upper bound of the inverse is enough. */
function rawAbove(values: readonly number[]): number {
  const pValue = bettingTest(values).above(0);
  return pValue < 1 ? pValue : Infinity;
}

describe('looked at after every seed, between equals', () => {
  it.each([
    ['normal', (stream: RandomStream) => stream.normal()],
    ['of one image', (stream: RandomStream) => stream.below(2) * 2 - 1],
    ['of one image or none', (stream: RandomStream) => stream.below(3) - 1],
    ['of whole images', (stream: RandomStream) => Math.round(2 * stream.normal())],
    ['with outliers', (stream: RandomStream) => stream.normal() * (stream.below(10) === 0 ? 10 : 1)],
    ['uniform', (stream: RandomStream) => 2 * stream.uniform() - 1],
  ])('it errs at most as often as stated: differences that are %s', (_, draw) => {
    expect(shareFound(draw, betting)).toBeLessThan(AT_MOST);
  });

  it('the t test errs several times as often, which is what it is for', () => {
    expect(
      shareFound(
        (stream) => stream.normal(),
        (seen) => pairedT(seen).pValue,
      ),
    ).toBeGreaterThan(0.12);
  });
});

describe('equivalence, looked at after every seed', () => {
  const margin = 1;
  const isEqual = (seen: readonly number[]): number => equivalencePValue(bettingTest(seen), margin);

  it('of a difference at the margin is found at most as often as stated', () => {
    expect(shareFound((stream) => margin + stream.normal(), isEqual)).toBeLessThan(AT_MOST);
    expect(shareFound((stream) => margin + 0.2 * stream.normal(), isEqual)).toBeLessThan(AT_MOST);
  });

  it('of no difference is mostly found', () => {
    expect(shareFound((stream) => 0.5 * margin * stream.normal(), isEqual)).toBeGreaterThan(0.9);
  });

  it('asks for more where it is one of many claims', () => {
    const values = [0.4, 0.5, 0.45, 0.52, 0.48, 0.5];
    expect(betting(values)).toBeLessThan(0.05);
    expect(betting(values)).toBeGreaterThan(0.05 / 1e6);
  });
});

describe('a planted difference', () => {
  it('is found', () => {
    expect(shareFound((stream) => 1.5 + stream.normal(), betting)).toBeGreaterThan(0.95);
  });

  it('takes about as many seeds as foretold', () => {
    const stream = randomStream(10, 'test/foretold');
    for (const difference of [0.7, 1, 2]) {
      const taken = Array.from({ length: 200 }, () => {
        const drawn = Array.from({ length: 200 }, () => difference + stream.normal());
        return drawn.findIndex((_, i) => betting(drawn.slice(0, i + 1)) < 0.05) + 1;
      }).sort((a, b) => a - b);
      const foretold = seedsForDecision({ difference, standardDeviation: 1 }, 0, 0.025) ?? 0;
      expect(foretold).toBeGreaterThan(0.6 * taken[100]);
      expect(foretold).toBeLessThan(1.8 * taken[100]);
    }
  });

  it('that is none can’t be foretold', () => {
    expect(seedsForDecision({ difference: 0, standardDeviation: 1 }, 0, 0.025)).toBeNull();
    expect(seedsForDecision({ difference: 0.001, standardDeviation: 1 }, 0, 0.025)).toBeNull();
  });
});
