import { expect, it } from 'vitest';
import { farBehind } from '../../src/study/far-behind.js';
import { inventStudy } from '../support/studies.js';

const accuracy = { name: 'val_accuracy', goal: 'maximize' } as const;
const loss = { name: 'val_loss', goal: 'minimize' } as const;

/** Variants of two runs each that came to about these values. */
function variantsOf(...means: number[]) {
  const { variants } = inventStudy({ grid: { 'model.kernel_size': means.map((_, i) => i) }, seeds: 2 });
  return means.map((mean, i) => ({
    ...variants[i],
    name: String(i),
    runs: variants[i].runs.map((run, j) => ({ ...run, value: mean * (1 + 0.002 * j) })),
  }));
}

it('variants at chance are far behind those that learn', () => {
  expect(farBehind(variantsOf(0.95, 0.1, 0.94, 0.93, 0.098), accuracy)).toEqual(['1', '4']);
  expect(farBehind(variantsOf(0.12, 2.3, 0.15, 0.2), loss)).toEqual(['1']);
});

it.each([
  ['that differ by little, though others differ by less', [0.951, 0.951, 0.95, 0.94]],
  ['that are spread evenly', [0.9, 0.7, 0.5, 0.3, 0.1]],
  ['of which one alone learns', [0.95, 0.1, 0.1, 0.1]],
  ['that are all alike', [0.1, 0.1, 0.1]],
  ['two', [0.9, 0.1]],
])('none of variants %s', (_, means) => {
  expect(farBehind(variantsOf(...means), accuracy)).toEqual([]);
});

it('none where a parameter would be left with one value: its effect is what is asked', () => {
  const { variants } = inventStudy({ grid: { 'model.units': [1, 32], 'training.batch_size': [32, 64] }, seeds: 2 });
  const measured = (i: number, means: number[]) => ({
    ...variants[i],
    runs: variants[i].runs.map((run, j) => ({ ...run, value: means[i] * (1 + 0.002 * j) })),
  });
  const all = (means: number[]) => means.map((_, i) => measured(i, means));
  expect(farBehind(all([0.17, 0.18, 0.75, 0.76]), accuracy)).toEqual([]);
  expect(farBehind(all([0.17, 0.75, 0.74, 0.76]), accuracy)).toEqual([variants[0].name]);
});
