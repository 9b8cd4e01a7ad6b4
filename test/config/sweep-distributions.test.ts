import { describe, expect, it } from 'vitest';
import type { SweepParameter } from '../../src/config/schema/experiment.generated.js';
import { drawValue, endsOf, multiple } from '../../src/config/sweep/distributions.js';
import { randomStream } from '../../src/random.js';

const count = 4000;

function draws(parameter: SweepParameter): number[] {
  const stream = randomStream(1, 'test');
  return Array.from({ length: count }, () => drawValue(parameter, stream) as number);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Standard errors of the mean of that many draws: 5 of them are never reached by chance. */
function tolerance(standardDeviation: number): number {
  return (5 * standardDeviation) / Math.sqrt(count);
}

describe('distributions', () => {
  it('uniform', () => {
    const numbers = draws({ distribution: 'uniform', min: -1, max: 3 });
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(3);
    expect(Math.abs(mean(numbers) - 1)).toBeLessThan(tolerance(4 / Math.sqrt(12)));
  });

  it('int_uniform: both ends, all as likely', () => {
    const numbers = draws({ distribution: 'int_uniform', min: 2, max: 4 });
    for (const each of [2, 3, 4]) {
      const share = numbers.filter((number) => number === each).length / count;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(tolerance(Math.sqrt(2) / 3));
    }
  });

  it('log_uniform and log_uniform_values: the logarithm is uniform', () => {
    for (const parameter of [
      { distribution: 'log_uniform', min: Math.log(1e-4), max: Math.log(1) },
      { distribution: 'log_uniform_values', min: 1e-4, max: 1 },
    ] as const) {
      const logarithms = draws(parameter).map((number) => Math.log10(number));
      expect(Math.abs(mean(logarithms) + 2)).toBeLessThan(tolerance(4 / Math.sqrt(12)));
      expect(Math.min(...logarithms)).toBeGreaterThanOrEqual(-4 - 1e-12);
      expect(Math.max(...logarithms)).toBeLessThanOrEqual(1e-12);
    }
  });

  it('q_uniform and q_log_uniform_values: multiples of q within the range', () => {
    const uniform = new Set(draws({ distribution: 'q_uniform', min: 0.15, max: 0.5, q: 0.1 }));
    expect([...uniform].sort()).toEqual([0.2, 0.3, 0.4, 0.5]);
    const logarithmic = draws({ distribution: 'q_log_uniform_values', min: 8, max: 64, q: 8 });
    expect([...new Set(logarithmic)].sort((a, b) => a - b)).toEqual([8, 16, 24, 32, 40, 48, 56, 64]);
    // Small numbers are more likely: half of the logarithms lie below √(8·64).
    expect(logarithmic.filter((number) => number < 24).length).toBeGreaterThan(count * 0.4);
  });

  it('normal, q_normal and log_normal', () => {
    const normal = { distribution: 'normal', mu: 2, sigma: 0.5 } as const;
    const numbers = draws(normal);
    expect(Math.abs(mean(numbers) - 2)).toBeLessThan(tolerance(0.5));
    expect(Math.abs(mean(numbers.map((number) => (number - 2) ** 2)) - 0.25)).toBeLessThan(
      tolerance(0.25 * Math.SQRT2),
    );
    expect(draws({ ...normal, distribution: 'log_normal' })).toEqual(numbers.map((number) => Math.exp(number)));
    expect(draws({ ...normal, distribution: 'q_normal', q: 0.5 })).toEqual(
      numbers.map((number) => multiple(Math.round(number / 0.5), 0.5)),
    );
  });

  it('categorical: by its probabilities', () => {
    const values = draws({ distribution: 'categorical', values: [1, 2, 3], probabilities: [0.7, 0.3, 0] });
    expect(values).not.toContain(3);
    const share = values.filter((value) => value === 1).length / count;
    expect(Math.abs(share - 0.7)).toBeLessThan(tolerance(Math.sqrt(0.21)));
  });

  it('ends are what may be drawn', () => {
    expect(endsOf({ distribution: 'int_uniform', min: 1, max: 5 })).toEqual([1, 5]);
    expect(endsOf({ distribution: 'q_uniform', min: 1, max: 9, q: 4 })).toEqual([4, 8]);
    expect(endsOf({ distribution: 'log_uniform_values', min: 0.01, max: 1 })).toEqual([0.01, 1]);
    expect(endsOf({ distribution: 'normal', mu: 3, sigma: 1 })).toEqual([3]);
  });
});
