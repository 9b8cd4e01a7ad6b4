import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedT } from '../../../src/analysis/statistics/paired-t.js';
import { confidenceSequence, decideSequentially } from '../../../src/analysis/statistics/sequential.js';
import { randomStream, type RandomStream } from '../../../src/random.js';

const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 25 });

/** How many of so many comparisons, looked at after each of 25 seeds, end so. */
function decisionsOf(studies: number, draw: (stream: RandomStream) => number, margin?: number) {
  const stream = randomStream(9, 'test/sequential');
  const counts = { different: 0, equivalent: 0, undecided: 0 };
  for (let study = 0; study < studies; study++) {
    const drawn = Array.from({ length: 25 }, () => draw(stream));
    counts[decideSequentially(drawn, { margin })]++;
  }
  return counts;
}

describe('the confidence sequence', () => {
  it('excludes zero just when the e-value reaches 1/α', () => {
    fc.assert(
      fc.property(differences, fc.constantFrom(0.05, 0.2, 0.5), (values, alpha) => {
        const { interval, eValue } = confidenceSequence(values, alpha);
        fc.pre(Math.abs(eValue * alpha - 1) > 1e-9);
        expect(interval !== null && (interval[0] > 0 || interval[1] < 0)).toBe(eValue * alpha > 1);
      }),
    );
  });

  it('is wider than an interval that may be looked at only once', () => {
    fc.assert(
      fc.property(differences, (values) => {
        const { interval } = confidenceSequence(values);
        const once = pairedT(values).interval;
        if (interval === null) return;
        expect(interval[1] - interval[0]).toBeGreaterThanOrEqual(once[1] - once[0] - 1e-12);
      }),
    );
  });

  it('excludes nothing after one or two seeds, however alike', () => {
    expect(confidenceSequence([0.5])).toEqual({ n: 1, interval: null, eValue: 1 });
    expect(confidenceSequence([0.5, 0.5]).interval).toBeNull();
    expect(confidenceSequence([0, 0, 0]).eValue).toBeLessThan(1);
  });
});

describe('adding seeds until it is decided', () => {
  const studies = 2000;

  it('finds a difference between equals at most as often as stated, looked at after every seed', () => {
    const { different } = decisionsOf(studies, (stream) => 0.004 * stream.normal());
    // The rate is at most 5 %; four standard errors of a simulation of this size above it.
    expect(different / studies).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / studies));
    // The same looks with a t test each err several times as often: what the sequence is for.
    const stream = randomStream(9, 'test/sequential');
    let naive = 0;
    for (let study = 0; study < 300; study++) {
      const drawn = Array.from({ length: 25 }, () => stream.normal());
      if (drawn.some((_, i) => i >= 2 && pairedT(drawn.slice(0, i + 1)).pValue < 0.05)) naive++;
    }
    expect(naive / 300).toBeGreaterThan(0.12);
  });

  it('keeps its rate on differences of whole images too', () => {
    const { different } = decisionsOf(studies, (stream) => Math.round(2 * stream.normal()) / 1000);
    expect(different / studies).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / studies));
  });

  it('finds a planted difference', () => {
    const { different } = decisionsOf(300, (stream) => 0.006 + 0.004 * stream.normal());
    expect(different / 300).toBeGreaterThan(0.95);
  });

  it('calls a difference at the margin equivalent at most as often as stated, and none mostly', () => {
    const atMargin = decisionsOf(studies, (stream) => 0.004 + 0.004 * stream.normal(), 0.004);
    expect(atMargin.equivalent / studies).toBeLessThan(0.05);
    const none = decisionsOf(300, (stream) => 0.002 * stream.normal(), 0.004);
    expect(none.equivalent / 300).toBeGreaterThan(0.9);
  });

  it('asks more of each in a family', () => {
    const values = [0.4, 0.5, 0.45, 0.52, 0.48, 0.5];
    expect(decideSequentially(values)).toBe('different');
    expect(decideSequentially(values, { comparisons: 1e6 })).toBe('undecided');
  });

  it('stands by a decision when more seeds come', () => {
    const values = [0.4, 0.5, 0.45, 0.52, 0.48, 0.5];
    expect(decideSequentially([...values, -3, 3, -3, 3])).toBe('different');
  });
});
