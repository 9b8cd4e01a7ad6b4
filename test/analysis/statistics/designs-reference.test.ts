import { beforeAll, describe, expect, it } from 'vitest';
import { studentQuantile } from '../../../src/analysis/statistics/distributions.js';
import { noncentralFCdf } from '../../../src/analysis/statistics/explained.js';
import { gridImportance } from '../../../src/analysis/statistics/importance.js';
import { twoSided } from '../../../src/analysis/statistics/mean-test.js';
import { exchanges } from '../../../src/analysis/statistics/permutation.js';
import { welchTest } from '../../../src/analysis/statistics/welch.js';
import { randomStream } from '../../../src/random.js';
import { askReference, type Question } from '../../support/statistics-reference.js';

const stream = randomStream(2, 'test/designs');
const accuracies = (n: number, center: number) => Array.from({ length: n }, () => center + 0.004 * stream.normal());
const first = accuracies(5, 0.973);
const second = accuracies(7, 0.969);
const QUANTILES = [
  [1e-9, 4],
  [1e-12, 1],
  [1e-15, 2],
  [1e-7, 30],
  [0.005, 4.37],
];
const NONCENTRAL_F = [
  [0.5, 1, 4, 0],
  [3, 2, 12, 1.5],
  [8, 3, 20, 40],
  [250, 2, 16, 600],
];
const rows = Array.from({ length: 3 * 2 * 4 }, (_, i) => {
  const [a, b, seed] = [i % 3, Math.floor(i / 3) % 2, Math.floor(i / 6)];
  return { a: `a${a}`, b: `b${b}`, seed, value: 0.9 + 0.01 * a + 0.004 * b + 0.02 * seed + 0.004 * stream.normal() };
});

function ourShares(): Record<string, number> {
  const keys = [...new Set(rows.map(({ a, b }) => `${a}/${b}`))];
  const cells = keys.map((key) => {
    const own = rows.filter(({ a, b }) => `${a}/${b}` === key);
    const [{ a, b }] = own;
    return { levels: { a, b }, values: own.map(({ value }) => value), seeds: own.map(({ seed }) => seed) };
  });
  const shares = gridImportance(cells, ['a', 'b'])?.shares ?? [];
  return Object.fromEntries(shares.map(({ parameters, share }) => [parameters.join(':'), share]));
}

describe('designs and shares against SciPy and statsmodels', () => {
  let answers: unknown[] = [];

  beforeAll(async () => {
    const questions: Question[] = [
      ['welch', [first, second]],
      ['exchange', [first, second]],
      ['far_quantiles', [QUANTILES]],
      ['noncentral_f', [NONCENTRAL_F]],
      ['omega_squared', [rows, 'value ~ a * b + C(seed)']],
    ];
    answers = await askReference(questions);
  });

  it('Welch’s p-value and interval', () => {
    const test = welchTest(first, second);
    expectClose([twoSided(test), ...(test.limits(0.025) ?? [])], answers[0] as number[]);
  });

  it('the permutation test of two samples', () => {
    expectClose([twoSided(exchanges(first, second))], [answers[1] as number]);
  });

  it('quantiles of t far out, and of broken degrees of freedom', () => {
    const ours = QUANTILES.map(([probability, degrees]) => studentQuantile(probability, degrees));
    expectClose(ours, answers[2] as number[]);
  });

  it('the noncentral F distribution', () => {
    const ours = NONCENTRAL_F.map(([f, a, b, noncentrality]) => noncentralFCdf(f, a, b, noncentrality));
    expectClose(ours, answers[3] as number[]);
  });

  it('omega squared of a grid with seeds as blocks', () => {
    const [ours, theirs] = [ourShares(), answers[4] as Record<string, number>];
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    for (const [term, share] of Object.entries(theirs)) expect(ours[term]).toBeCloseTo(share, 10);
  });
});

function expectClose(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, i) => {
    expect(Math.abs(value - theirs[i])).toBeLessThanOrEqual(1e-9 * Math.abs(theirs[i]));
  });
}
