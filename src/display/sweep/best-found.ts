import { FEWEST_SEEDS } from '../../analysis/comparison.js';
import { isSearch } from '../../config/sweep/method.js';
import { ablate } from '../../system/shell.js';
import type { SweepSummary } from '../../sweep/sweep-store.js';
import { metricText } from '../format.js';

/**
 * What a search that is over has found, where too few seeds were trained to tell it from luck: the best of many values is
 * the luckiest one, too. Null for any other sweep.
 */
export function bestFound({ id, status, method, metric, cells: variants }: SweepSummary): string | null {
  const best = variants.at(0);
  if (!isSearch(method) || status !== 'FINISHED' || best?.mean == null || best.n >= FEWEST_SEEDS) return null;
  const seeds = best.n === 1 ? 'one seed' : `${best.n} seeds`;
  const confirm = ablate('sweep', '--confirm', id);
  const score = `${metric.name} ${metricText(metric.name, best.mean)}`;
  return `Best found: ${best.label}, ${score} (${seeds}, not confirmed; \`${confirm}\` confirms it)`;
}
