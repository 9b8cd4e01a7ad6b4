import { isSearch } from '../../config/sweep/method.js';
import { bestFound, toldBy, type Headline } from '../../report/headline.js';
import type { SweepSummary } from '../../sweep/sweep-store.js';
import { inUnit, unitOf } from '../../text/metric-unit.js';

/** What a sweep says first; null where it has nothing to say yet. A search has found nothing before it is over. */
export function sweepHeadline({ id, status, method, metric, cells: variants, answer }: SweepSummary): Headline | null {
  const best = variants.at(0);
  const isOver = isSearch(method) && status === 'FINISHED';
  const found =
    isOver && best?.mean != null
      ? bestFound({
          id,
          metric: metric.name,
          variants: variants.length,
          best: { name: best.label, mean: inUnit(best.mean, unitOf(metric.name)), seeds: best.n },
        })
      : null;
  return found ?? toldBy(answer);
}
