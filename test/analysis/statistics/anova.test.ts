import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anova, type Observation } from '../../../src/analysis/statistics/anova.js';
import { gridImportance, sweepImportance, type GridCell } from '../../../src/analysis/statistics/importance.js';
import { randomStream } from '../../../src/random.js';

/** A full grid of two factors over seeds. */
function grid(valueOf: (a: number, b: number, seed: number) => number, seeds = 3): Observation[] {
  const runs = Array.from({ length: 3 * 2 * seeds }, (_, i) => [i % 3, Math.floor(i / 3) % 2, Math.floor(i / 6)]);
  return runs.map(([a, b, seed]) => ({
    levels: { a: String(a), b: String(b) },
    block: String(seed),
    value: valueOf(a, b, seed),
  }));
}

const noisy = (seed: number) => {
  const stream = randomStream(seed, 'test/anova');
  return () => stream.normal();
};

describe('ANOVA', () => {
  it('splits the sum of squares of a balanced grid without rest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const table = anova(grid(noisy(seed)), { factors: ['a', 'b'] });
        const parts = [...table.terms, table.residual].reduce((sum, part) => sum + part.sumOfSquares, 0);
        expect(parts + (table.block?.sumOfSquares ?? 0)).toBeCloseTo(table.totalSumOfSquares, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('finds the planted main effect and interaction, and nothing else', () => {
    const noise = noisy(5);
    const effect = anova(
      grid((a, b, seed) => a + 3 * (a === 1 && b === 1 ? 1 : 0) + seed + 0.1 * noise()),
      { factors: ['a', 'b'] },
    );
    const nothing = anova(
      grid((_, __, seed) => 10 * seed + noise()),
      { factors: ['a', 'b'] },
    );
    expect(effect.terms.find(({ factors }) => factors.length === 2)?.pValue).toBeLessThan(1e-6);
    for (const term of nothing.terms) expect(term.pValue).toBeGreaterThan(0.01);
  });

  it('takes the common luck of a seed out', () => {
    const noise = noisy(6);
    const runs = grid((a, _, seed) => 0.5 * a + 100 * seed + 0.1 * noise());
    const unblocked = runs.map(({ levels, value }) => ({ levels, value }));
    expect(anova(runs, { factors: ['a', 'b'] }).terms[0].pValue).toBeLessThan(1e-4);
    expect(anova(unblocked, { factors: ['a', 'b'] }).terms[0].pValue).toBeGreaterThan(0.5);
  });

  it('tests nothing where one run a cell leaves no noise to compare with', () => {
    const single = grid((a, b) => a * b, 1).map(({ levels, value }) => ({ levels, value }));
    for (const { statistic, pValue } of anova(single, { factors: ['a', 'b'] }).terms) {
      expect([statistic, pValue]).toEqual([null, null]);
    }
  });

  it('tests nothing where equal seeds show no noise', () => {
    const table = anova(
      grid((a) => 0.1 * a),
      { factors: ['a', 'b'] },
    );
    expect(table.residual.sumOfSquares).toBe(0);
    expect(table.terms.map(({ pValue }) => pValue)).toEqual([null, null, null]);
  });

  it('survives missing cells and factors of one level', () => {
    const noise = noisy(8);
    const runs = grid(noise).filter(({ levels }) => !(levels.a === '2' && levels.b === '1'));
    const constant = runs.map((run) => ({ ...run, levels: { ...run.levels, c: 'only' } }));
    const terms = anova(constant, { factors: ['a', 'b', 'c'] }).terms;
    expect(terms.map(({ degreesOfFreedom }) => degreesOfFreedom)).toEqual([2, 1, 0, 1, 0, 0]);
    expect(terms[2].pValue).toBeNull();
  });

  it('refuses runs without a level, and blocks on some only', () => {
    const [first, second] = grid(() => 1);
    const incomplete = [first, { levels: second.levels, value: 1 }];
    expect(() => anova(incomplete, { factors: ['a'] })).toThrow(expect.objectContaining({ code: 'invalid-sample' }));
    expect(() => anova([first, second], { factors: ['c'] })).toThrow(
      expect.objectContaining({ code: 'invalid-sample' }),
    );
  });
});

/** Cells of a full grid. */
function cells(valuesOf: (a: number, b: number) => number[]): GridCell[] {
  return [0, 1, 2].flatMap((a) =>
    [0, 1].map((b) => ({ levels: { a: String(a), b: String(b) }, values: valuesOf(a, b) })),
  );
}

const shareOf = (shares: readonly { parameters: string[]; share: number }[] | undefined, ...parameters: string[]) =>
  shares?.find((one) => one.parameters.join() === parameters.join())?.share;

describe('importance on a grid', () => {
  it('shares the whole variance out', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 6, maxLength: 6 }), (values) => {
        const shares =
          gridImportance(
            cells((a, b) => [values[2 * a + b]]),
            ['a', 'b'],
          )?.shares ?? [];
        const sum = shares.reduce((total, { share }) => total + share, 0);
        expect(sum).toBeCloseTo(new Set(values).size > 1 ? 1 : 0, 9);
      }),
    );
  });

  it('gives the textbook shares', () => {
    // a: variance 2/3 of {0, 1, 2}; b: variance 1/4 × 4² = 4; no interaction.
    const additive = gridImportance(
      cells((a, b) => [a + 4 * b]),
      ['a', 'b'],
    );
    expect(shareOf(additive?.shares, 'b')).toBeCloseTo(4 / (4 + 2 / 3), 12);
    expect(shareOf(additive?.shares, 'a', 'b')).toBeCloseTo(0, 12);
    const crossed = gridImportance(
      cells((a, b) => [(a - 1) * (b - 0.5)]),
      ['a', 'b'],
    );
    expect(shareOf(crossed?.shares, 'a', 'b')).toBeCloseTo(1, 12);
  });

  it('tells how much of the variance would be noise', () => {
    const noise = noisy(11);
    const repeated = (effect: number) => cells((a) => Array.from({ length: 200 }, () => effect * a + noise()));
    expect(gridImportance(repeated(0), ['a', 'b'])?.noise).toBeGreaterThan(0.3);
    // Noise of variance 1 beside 10²·2/3 of the levels 0, 1 and 2, to three standard errors of 1,200 runs.
    const share = 1 / (1 + 200 / 3);
    expect(Math.abs((gridImportance(repeated(10), ['a', 'b'])?.noise ?? NaN) - share)).toBeLessThan(0.12 * share);
    expect(
      gridImportance(
        cells((a) => [a]),
        ['a', 'b'],
      )?.noise,
    ).toBeNull();
  });

  it('is unknown where a cell is missing', () => {
    expect(gridImportance(cells((a) => [a]).slice(1), ['a', 'b'])).toBeNull();
  });
});

describe('importance in a sweep', () => {
  const stream = randomStream(2, 'test/importance');
  const trials = Array.from({ length: 60 }, () => {
    const parameters = { rate: 10 ** (-4 * stream.uniform()), units: stream.below(100), flip: stream.below(2) === 1 };
    return { parameters, value: -((Math.log10(parameters.rate) + 2) ** 2) + (parameters.flip ? 0.5 : 0) };
  });

  it('finds what matters, on a logarithmic scale with its best in the middle too', () => {
    const found = sweepImportance(trials, ['units', 'flip', 'rate']);
    expect(found?.shares.map(({ parameters }) => parameters[0])).toEqual(['rate', 'flip', 'units']);
    expect(found?.explained).toBeGreaterThan(0.9);
    // A share is without what noise would seem to explain.
    const sum = found?.shares.reduce((total, { share }) => total + share, 0) ?? NaN;
    expect(sum).toBeLessThan(found?.explained ?? 0);
    expect(sum).toBeGreaterThan((found?.explained ?? 1) - 0.02);
  });

  it('does not depend on a monotone change of scale', () => {
    const rescaled = trials.map(({ parameters, value }) => ({
      parameters: { ...parameters, rate: Math.log(parameters.rate) },
      value,
    }));
    expect(sweepImportance(rescaled, ['rate', 'flip'])).toEqual(sweepImportance(trials, ['rate', 'flip']));
  });

  it('is unknown with few trials, and nothing where nothing varies', () => {
    expect(sweepImportance(trials.slice(0, 8), ['rate', 'units', 'flip'])).toBeNull();
    const flat = trials.map(({ parameters }) => ({ parameters, value: 0.5 }));
    expect(sweepImportance(flat, ['rate'])).toEqual({ shares: [{ parameters: ['rate'], share: 0 }], explained: 0 });
  });

  it('refuses more parameters than it has time for', () => {
    const names = Array.from({ length: 11 }, (_, i) => `p${i}`);
    expect(() => sweepImportance(trials, names)).toThrow(expect.objectContaining({ code: 'too-many-parameters' }));
  });
});
