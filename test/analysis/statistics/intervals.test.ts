import fc from 'fast-check';
import { describe as suite, expect, it } from 'vitest';
import { describe } from '../../../src/analysis/statistics/describe.js';
import { bootstrapInterval, tInterval, wilsonInterval } from '../../../src/analysis/statistics/intervals.js';
import { randomStream } from '../../../src/random.js';

const accuracy = fc.integer({ min: 0, max: 10_000 }).map((images) => images / 10_000);

suite('describe', () => {
  it('knows no spread and no middle of a single value', () => {
    expect(describe([0.5])).toMatchObject({
      n: 1,
      mean: 0.5,
      median: null,
      standardDeviation: null,
      standardError: null,
    });
  });

  it('gives equal values exactly no spread', () => {
    fc.assert(
      fc.property(accuracy, fc.integer({ min: 2, max: 30 }), (value, n) => {
        expect(describe(new Array<number>(n).fill(value))).toMatchObject({ mean: value, standardDeviation: 0 });
      }),
    );
  });

  it.each([[[0.5, NaN]], [[Infinity]], [[]]])('refuses %j', (values) => {
    expect(() => describe(values)).toThrow(expect.objectContaining({ code: 'invalid-sample' }));
  });
});

suite('the t interval', () => {
  it('is unknown for one value, and a point for equal ones', () => {
    expect(tInterval([0.5])).toBeNull();
    expect(tInterval([0.1, 0.1, 0.1])).toEqual([0.1, 0.1]);
  });

  it('widens with the confidence and moves with the values', () => {
    fc.assert(
      fc.property(fc.array(accuracy, { minLength: 2, maxLength: 20 }), (values) => {
        const [low, high] = tInterval(values, 0.9) ?? [NaN, NaN];
        const [lower, higher] = tInterval(values, 0.99) ?? [NaN, NaN];
        expect(lower).toBeLessThanOrEqual(low);
        expect(higher).toBeGreaterThanOrEqual(high);
        const moved = tInterval(
          values.map((value) => value + 1),
          0.9,
        );
        expect(moved?.[0]).toBeCloseTo(low + 1, 10);
      }),
    );
  });
});

suite('the bootstrap interval', () => {
  it('is unknown for one value, and a point for equal ones', () => {
    expect(bootstrapInterval([0.5])).toBeNull();
    expect(bootstrapInterval([0.1, 0.1, 0.1])).toEqual([0.1, 0.1]);
  });

  it('comes out the same each time, and differs with the stream', () => {
    const values = [0.1, 0.4, 0.2, 0.9, 0.5, 0.31];
    expect(bootstrapInterval(values, { resamples: 999 })).toEqual(bootstrapInterval(values, { resamples: 999 }));
    const other = bootstrapInterval(values, { resamples: 999, stream: randomStream(1, 'other') });
    expect(bootstrapInterval(values, { resamples: 999 })).not.toEqual(other);
  });

  it('stays within the range of the values', () => {
    fc.assert(
      fc.property(fc.array(accuracy, { minLength: 2, maxLength: 12 }), (values) => {
        const [low, high] = bootstrapInterval(values, { resamples: 199 }) ?? [NaN, NaN];
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        expect(low).toBeLessThanOrEqual(high);
      }),
      { numRuns: 50 },
    );
  });

  it('covers the mean of a skewed population about as often as it says', () => {
    const stream = randomStream(7, 'test/coverage');
    const studies = 400;
    let covered = 0;
    for (let study = 0; study < studies; study++) {
      const values = Array.from({ length: 30 }, () => stream.normal() ** 2);
      const [low, high] = bootstrapInterval(values, { resamples: 599, confidence: 0.9, stream }) ?? [NaN, NaN];
      if (low <= 1 && 1 <= high) covered++;
    }
    expect(covered / studies).toBeGreaterThan(0.82);
    expect(covered / studies).toBeLessThan(0.95);
  });
});

suite('the Wilson interval', () => {
  it('holds the observed share and stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(share * trials);
        const [low, high] = wilsonInterval(successes, trials);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / trials + 1e-12);
        expect(high).toBeGreaterThanOrEqual(successes / trials - 1e-12);
      }),
    );
  });
});
