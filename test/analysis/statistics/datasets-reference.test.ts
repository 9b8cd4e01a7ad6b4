import { beforeAll, describe, expect, it } from 'vitest';
import { betweenGroups } from '../../../src/analysis/statistics/between.js';
import { friedman } from '../../../src/analysis/statistics/friedman.js';
import { interquartileMean, outperforming, stratified } from '../../../src/analysis/statistics/resampled.js';
import { randomStream } from '../../../src/random.js';
import { expectClose } from '../../support/close.js';
import { askReference, type Question } from '../../support/statistics-reference.js';

const stream = randomStream(7, 'test/datasets');
/** Seven datasets of four variants; then as many with ties. */
const scores = Array.from({ length: 7 }, () => Array.from({ length: 4 }, (_, i) => 0.01 * i + 0.02 * stream.normal()));
const tied = scores.map((row) => row.map((score) => Math.round(100 * score)));
const strata = [4, 5, 9].map((n, i) => Array.from({ length: n }, () => i + 0.3 * stream.normal()));
const close = [3, 3, 3, 3].map((n) => Array.from({ length: n }, () => stream.normal()));

describe('what several datasets say, against SciPy and statsmodels', () => {
  let answers: unknown[] = [];

  beforeAll(async () => {
    const questions: Question[] = [
      ['friedman', [scores]],
      ['friedman', [tied]],
      ['interquartile_mean', [strata.flat()]],
      ['stratified_bootstrap', [strata]],
      ['between_groups', [strata]],
      ['between_groups', [close]],
    ];
    answers = await askReference(questions);
  });

  it.each([
    ['different scores', scores, 0],
    ['ties', tied, 1],
  ])('Friedman’s test of %s, and that of Iman and Davenport', (_, rows, place) => {
    const found = friedman(rows, 'maximize');
    expectClose(
      [found?.statistic, found?.pValue, found?.imanDavenport, ...(found?.averageRanks ?? [])],
      answers[place],
    );
  });

  it('ranks the lowest first where that is the best', () => {
    const found = friedman(
      scores.map((row) => row.map((score) => -score)),
      'minimize',
    );
    expect(found).toEqual(friedman(scores, 'maximize'));
    expect(
      friedman(
        [
          [1, 1],
          [2, 2],
        ],
        'maximize',
      ),
    ).toBeNull();
  });

  it('the mean of the middle half, and its interval', () => {
    expectClose(interquartileMean(strata), answers[2]);
    const { interval } = stratified(strata, interquartileMean);
    // Of as many draws as a bootstrap has: both err by chance.
    expectClose([...interval], answers[3], { absolute: 0.03 });
  });

  it('the spread between datasets, and where one more may lie', () => {
    for (const [i, groups] of [strata, close].entries()) {
      const { standardDeviation, next } = betweenGroups(groups);
      expectClose([standardDeviation, ...(next ?? [])], answers[4 + i], { relative: 1e-9, absolute: 1e-12 });
    }
  });
});

it('draws an effect to the mean by how little its own values say', () => {
  const { shrunk } = betweenGroups([
    [0, 0],
    [10, 10],
    [20, 20],
    [3, 7],
  ]);
  // Means 0, 10, 20 and 5: their variance is 72.9…, less a mean noise of (0 + 0 + 0 + 4) / 4.
  const variance = (8.75 ** 2 + 1.25 ** 2 + 11.25 ** 2 + 3.75 ** 2) / 3 - 1;
  expect(shrunk.slice(0, 3)).toEqual([0, 10, 20]);
  expect(shrunk[3]).toBeCloseTo(8.75 - (variance / (variance + 4)) * 3.75, 12);
});

it('counts how often one is ahead, each dataset the same', () => {
  expect(outperforming([[1, 1, 1, 1], [-1], [0, 0]])).toBeCloseTo((1 + 0 + 0.5) / 3, 12);
});
