import { expect, it } from 'vitest';
import { expectedBest } from '../../../src/analysis/statistics/expected-best.js';
import { mean } from '../../../src/analysis/statistics/describe.js';

/** Every sample of so many draws. */
function samples(values: readonly number[], draws: number): number[][] {
  if (draws === 0) return [[]];
  return samples(values, draws - 1).flatMap((sample) => values.map((value) => [...sample, value]));
}

it.each([
  ['maximize', Math.max],
  ['minimize', Math.min],
] as const)('is the mean over every sample with replacement, to %s', (goal, best) => {
  const values = [0.91, 0.4, 0.87, 0.91, 0.1];
  for (const { draws, mean: expected, standardDeviation } of expectedBest(values, goal)) {
    const all = samples(values, draws).map((sample) => best(...sample));
    expect(expected).toBeCloseTo(mean(all), 12);
    expect(standardDeviation ** 2).toBeCloseTo(mean(all.map((value) => (value - expected) ** 2)), 12);
  }
  expect(expectedBest(values, goal)).toHaveLength(5);
});
