import { mean } from './describe.js';
import type { SeedValues } from './pairing.js';

/** The value of the variant that was chosen for its value. */
export interface ChosenValue {
  /** Its mean over the seeds that all have: too good, as it was chosen by it. */
  mean: number;
  /** What the best by all other seeds comes to with one that had no part in the choice, over all such seeds. */
  adjusted: number;
  /** How many seeds all have. */
  seeds: number;
}

/**
 * The winner's curse: of several variants the best owes its place to luck as well, and its mean is too good. Each seed in
 * turn is left out of the choice and measures the variant that the others choose (cross-validation: Stone 1974): an
 * estimate without bias of what such a choice, by one seed less, is worth.
 * @returns null for fewer than two variants, or where fewer than three seeds are common to all
 */
export function valueOfChosen(variants: readonly SeedValues[], goal: 'maximize' | 'minimize'): ChosenValue | null {
  if (variants.length < 2) return null;
  const seeds = [...variants[0].keys()].filter((seed) => variants.every((values) => values.has(seed)));
  if (seeds.length < 3) return null;
  const values = variants.map((own) => seeds.flatMap((seed) => own.get(seed) ?? []));
  const totals = values.map((own) => own.reduce((sum, value) => sum + value, 0));
  const leftOut = seeds.map(
    (_, i) =>
      values[
        bestOf(
          totals.map((total, v) => total - values[v][i]),
          goal,
        )
      ][i],
  );
  return { mean: mean(values[bestOf(totals, goal)]), adjusted: mean(leftOut), seeds: seeds.length };
}

function bestOf(scores: readonly number[], goal: 'maximize' | 'minimize'): number {
  const sign = goal === 'maximize' ? 1 : -1;
  return scores.reduce((best, score, i) => (sign * (score - scores[best]) > 0 ? i : best), 0);
}
