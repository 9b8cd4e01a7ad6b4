import { FEWEST_SEEDS } from '../analysis/comparison.js';
import { unitOf } from '../text/metric-unit.js';
import { ablate } from '../system/shell.js';
import type { Study } from '../study/study.js';
import { columnOf } from './numbers.js';
import { rankVariants } from './plots/ranking.js';

/** What a search has found. */
export interface BestFound {
  /** In a sentence, without the command. */
  sentence: string;
  /** Trains what tells it from luck. */
  command: string;
}

/**
 * What a search has found, where too few seeds were trained to tell it from luck: the best of many values is the luckiest
 * one, too. Null for any other study.
 */
export function bestFound(study: Study): BestFound | null {
  const { search, metric, variants } = study;
  const best = rankVariants(study).at(0);
  if (!search || !best || best.values.length >= FEWEST_SEEDS) return null;
  const [score] = columnOf([best.mean], []);
  const seeds = best.values.length === 1 ? 'one seed' : `${best.values.length} seeds`;
  return {
    sentence: `Best found of ${variants.length}: ${best.variant.name}, ${metric.name} ${score}${unitOf(metric.name).ofValue} (${seeds}, not confirmed).`,
    command: ablate('sweep', '--confirm', search.id),
  };
}

/** Whether there are no seeds to compare: each variant was drawn, and trained once. */
export function isOfOneRunEach({ search, variants }: Pick<Study, 'search' | 'variants'>): boolean {
  return search != null && variants.every(({ runs }) => runs.length <= 1);
}
