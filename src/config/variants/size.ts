import type { Experiment } from '../schema/experiment.generated.js';
import { foldsOf, seedRangeOf, sweepSeeds, type SweepVariant } from './sweep.js';

/** How many runs a sweep is. */
export interface SweepSize {
  /** Of a search, how many it may try. */
  variants: number;
  /** Of each variant in any case, and at most: different where seeds are added to what is undecided. */
  leastSeeds: number;
  seeds: number;
  /** Of each seed so many runs, one for each fold of a cross-validation; null without. */
  folds: number | null;
  /** Runs in any case, and at most. */
  runs: number;
  mostRuns: number;
}

/** @param variants of the sweep, as far as they are known beforehand: what `bayes` proposes isn't, only how much */
export function sizeOfSweep(config: Experiment, variants: readonly SweepVariant[]): SweepSize {
  const { sweep } = config;
  const count = sweep?.method === 'bayes' ? (sweep.run_cap ?? variants.length) : variants.length;
  const folds = foldsOf(config);
  const mostOfEach = sweepSeeds(config).length;
  const seeds = mostOfEach / (folds ?? 1);
  const leastSeeds = seedRangeOf(config)?.min ?? seeds;
  const runs = count * leastSeeds * (folds ?? 1);
  return { variants: count, leastSeeds, seeds, folds, runs, mostRuns: count * mostOfEach };
}
