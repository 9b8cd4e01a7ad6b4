import { marginalValues, type GridRun } from './marginal-effects.js';
import { anova } from './statistics/anova.js';
import { holmAdjust } from './statistics/holm.js';
import { twoSided } from './statistics/mean-test.js';
import { bettingTest } from './statistics/sequential.js';

/** About so many multiplications are an analysis of variance worth: some seconds. */
const MOST_WORK = 2e9;

type Pair = readonly [first: string, second: string];

/**
 * Whether the effect of one parameter depends on another, of a full grid: by analysis of variance with the seeds as
 * blocks or, where seeds were added in view of the results, by betting on each contrast. Adjusted for all pairs (Holm) and
 * for the questions that share α.
 * @returns of each pair; null where nothing tells the noise
 */
export function interactionPValues(
  runs: readonly GridRun[],
  pairs: readonly Pair[],
  { sequential, questions }: { sequential: boolean; questions: number },
): (number | null)[] {
  const own = sequential ? pairs.map((pair) => contrastPValue(runs, pair)) : variancePValues(runs, pairs);
  const adjusted = holmAdjust(own.map((pValue) => pValue ?? 1));
  return own.map((pValue, i) => (pValue === null ? null : Math.min(1, questions * adjusted[i])));
}

function variancePValues(runs: readonly GridRun[], pairs: readonly Pair[]): (number | null)[] {
  const factors = Object.keys(runs[0]?.levels ?? {});
  const sizes = factors.map((key) => levelsOf(runs, key).length - 1);
  const products = sizes.flatMap((size, i) => sizes.slice(i + 1).map((other) => size * other));
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const columns = [...sizes, ...products].reduce((sum, size) => sum + size, seeds);
  const work = runs.length * columns ** 2 * (sizes.length + products.length);
  if (pairs.length === 0 || runs.length < 2 || work > MOST_WORK) return pairs.map(() => null);
  const { terms } = anova(
    runs.map(({ levels, seed, value }) => ({ levels, block: String(seed), value })),
    { factors, order: 2 },
  );
  return pairs.map((pair) => {
    const own = terms.find(({ factors: names }) => names.length === 2 && pair.every((key) => names.includes(key)));
    return own?.pValue ?? null;
  });
}

/** Bonferroni over the differences of differences, each with the first level of either. */
function contrastPValue(runs: readonly GridRun[], [first, second]: Pair): number | null {
  const [rows, columns] = [levelsOf(runs, first), levelsOf(runs, second)];
  // For each level of the second parameter, each level of the first, seed by seed, over all combinations of the rest.
  const tables = columns.map((column) =>
    marginalValues(
      runs.filter(({ levels }) => levels[second] === column),
      first,
    ),
  );
  const contrasts = columns.slice(1).flatMap((_, column) =>
    rows.slice(1).map((row) => {
      const [base, other] = [tables[0], tables[column + 1]];
      const values = [base.get(rows[0]), base.get(row), other.get(rows[0]), other.get(row)];
      const seeds = [...(values[0]?.keys() ?? [])].filter((seed) => values.every((each) => each?.has(seed)));
      const at = (i: number, seed: number): number => values[i]?.get(seed) ?? 0;
      return seeds.sort((a, b) => a - b).map((seed) => at(3, seed) - at(2, seed) - at(1, seed) + at(0, seed));
    }),
  );
  if (contrasts.length === 0 || contrasts.some(({ length }) => length < 2)) return null;
  return Math.min(1, contrasts.length * Math.min(...contrasts.map((values) => twoSided(bettingTest(values)))));
}

function levelsOf(runs: readonly GridRun[], key: string): string[] {
  return [...new Set(runs.map(({ levels }) => levels[key]))];
}
