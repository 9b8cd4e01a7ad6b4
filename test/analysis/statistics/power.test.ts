import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equivalence } from '../../../src/analysis/statistics/equivalence.js';
import {
  equivalencePower,
  pairedPower,
  seedsForDifference,
  seedsForEquivalence,
} from '../../../src/analysis/statistics/power.js';
import { studentTest } from '../../../src/analysis/statistics/paired-t.js';
import { randomStream } from '../../../src/random.js';

const deviation = fc.double({ min: 0.001, max: 0.01, noNaN: true });

describe('power', () => {
  it('is α without a difference, grows with it and with the seeds, and knows no direction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), deviation, deviation, (n, difference, standardDeviation) => {
        const power = pairedPower(n, { difference, standardDeviation });
        expect(pairedPower(n, { difference: 0, standardDeviation })).toBeCloseTo(0.05, 10);
        expect(power).toBeLessThanOrEqual(1 + 1e-12);
        expect(pairedPower(n + 1, { difference, standardDeviation })).toBeGreaterThanOrEqual(power - 1e-10);
        expect(pairedPower(n, { difference: 1.5 * difference, standardDeviation })).toBeGreaterThanOrEqual(
          power - 1e-10,
        );
        expect(pairedPower(n, { difference: -difference, standardDeviation })).toBeCloseTo(power, 10);
      }),
      { numRuns: 25 },
    );
  });

  it('of an equivalence is how often TOST declares it', () => {
    const expected = { difference: 0.001, standardDeviation: 0.003 };
    const stream = randomStream(4, 'test/tost');
    const studies = 4000;
    let declared = 0;
    for (let study = 0; study < studies; study++) {
      const differences = Array.from({ length: 8 }, () => 0.001 + 0.003 * stream.normal());
      if (equivalence(studentTest(differences), 0.004).pValue < 0.05) declared++;
    }
    expect(Math.abs(declared / studies - equivalencePower(8, expected, 0.004))).toBeLessThan(0.03);
  });
});

describe('the seeds needed', () => {
  it('are the fewest that reach the power', () => {
    fc.assert(
      fc.property(deviation, deviation, (difference, standardDeviation) => {
        const expected = { difference, standardDeviation };
        const seeds = seedsForDifference(expected, { power: 0.9 }) ?? NaN;
        expect(pairedPower(seeds, expected)).toBeGreaterThanOrEqual(0.9);
        if (seeds > 2) expect(pairedPower(seeds - 1, expected)).toBeLessThan(0.9);
      }),
      { numRuns: 25 },
    );
  });

  it('for an equivalence are more, the nearer the difference is to the margin', () => {
    const seedsAt = (difference: number) => seedsForEquivalence({ difference, standardDeviation: 0.005 }, 0.004);
    expect(seedsAt(0.002)).toBeGreaterThan(seedsAt(0) ?? NaN);
    expect(seedsAt(0.004)).toBeNull();
  });

  it('have no number where there is no difference, and are two where there is no noise', () => {
    expect(seedsForDifference({ difference: 0, standardDeviation: 0.01 })).toBeNull();
    expect(seedsForDifference({ difference: 0.01, standardDeviation: 0 })).toBe(2);
    expect(seedsForEquivalence({ difference: 0.001, standardDeviation: 0 }, 0.01)).toBe(2);
  });
});
