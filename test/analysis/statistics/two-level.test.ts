import { beforeAll, describe, expect, it } from 'vitest';
import { twoLevelInterval } from '../../../src/analysis/statistics/two-level.js';
import { randomStream } from '../../../src/random.js';
import { askReference, type Question } from '../../support/statistics-reference.js';

/** Right or wrong, by how hard an example and how good a seed is. */
function scores(seeds: number, examples: number, { seedSpread = 0.02, study = 1, hardness = 0.2 } = {}): Int8Array[] {
  const stream = randomStream(study, 'test/two-level');
  const hard = Array.from({ length: examples }, () => Math.min(1, Math.max(0, 0.85 + hardness * stream.normal())));
  return Array.from({ length: seeds }, () => {
    const good = seedSpread * stream.normal();
    return Int8Array.from(hard, (chance) => (stream.uniform() < chance + good ? 1 : 0));
  });
}

const rowsOf = (values: readonly Int8Array[]) => values.flatMap((row, s) => [...row].map((value, i) => [s, i, value]));
const less = (first: readonly Int8Array[], second: readonly Int8Array[]) =>
  first.map((row, s) => row.map((value, i) => value - second[s][i]));

const CASES = [
  scores(5, 60),
  scores(3, 40, { study: 2 }),
  less(scores(4, 50, { study: 3 }), scores(4, 50, { study: 4 })),
  // Where seeds or examples vary less than the rest, their components are 0.
  scores(6, 30, { study: 5, seedSpread: 0, hardness: 0 }),
];

let told: unknown[];
beforeAll(async () => {
  told = await askReference(CASES.map((values): Question => ['two_level', [rowsOf(values), 0.95]]));
});

describe('an interval of seeds and examples', () => {
  it.each(CASES.map((values, i) => [`${values.length} seeds, ${values[0].length} examples`, i] as const))(
    'is that of statsmodels’ mean squares: %s',
    (_, i) => {
      const [lower, upper] = twoLevelInterval(CASES[i]).interval ?? [NaN, NaN];
      const [theirLower, theirUpper] = told[i] as [number, number];
      expect(lower).toBeCloseTo(theirLower, 11);
      expect(upper).toBeCloseTo(theirUpper, 11);
    },
  );

  it('of one seed is of the examples alone: Wald’s, with n − 1', () => {
    const [row] = scores(1, 400);
    const share = row.reduce((sum: number, value) => sum + value, 0) / 400;
    const { mean, interval } = twoLevelInterval([row]);
    expect(mean).toBeCloseTo(share, 12);
    // t of 399 degrees of freedom at 0.975, from SciPy.
    const halfWidth = 1.9659273921 * Math.sqrt((share * (1 - share)) / 399);
    expect((interval?.[1] ?? NaN) - mean).toBeCloseTo(halfWidth, 8);
  });

  it('of models that agree in each answer has no width', () => {
    expect(twoLevelInterval([new Int8Array(9), new Int8Array(9)]).interval).toEqual([0, 0]);
  });

  it('holds the mean of other seeds and examples as often as it says, where that of seeds alone doesn’t', () => {
    // Drawn without bounds that clip, the true mean is 0.85.
    const studies = 800;
    let held = 0;
    for (let study = 0; study < studies; study++) {
      const [lower, upper] = twoLevelInterval(scores(5, 200, { study: 100 + study, hardness: 0.05 })).interval ?? [
        1, 0,
      ];
      if (lower <= 0.85 && 0.85 <= upper) held++;
    }
    expect(held / studies).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / studies));
  });
});
