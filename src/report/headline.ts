import { FEWEST_SEEDS } from '../analysis/comparison.js';
import { unitOf } from '../text/metric-unit.js';
import { ablate } from '../system/shell.js';
import type { Study } from '../study/study.js';
import { columnOf } from './numbers.js';
import { rankVariants } from './plots/ranking.js';

/** What is said first. */
export interface Headline {
  sentence: string;
  /** What stands below it, a sentence each. */
  details: string[];
  /** Of a search whose best may be luck: the command that trains what tells it from that. Null for all else. */
  confirm: string | null;
}

/** What a study says first; null where its runs give nothing to say. `inUnits` comes before. */
export function headlineOf(study: Study): Headline | null {
  const { search, metric, variants, answer, chance } = study;
  const best = rankVariants(study).at(0);
  const found =
    search && best
      ? bestFound({
          id: search.id,
          metric: metric.name,
          variants: variants.length,
          best: { name: best.variant.name, mean: best.mean, seeds: best.values.length },
        })
      : null;
  return found ?? toldBy(answer ?? chance ?? null);
}

/** Of an answer. */
export function toldBy(answer: { sentence: string; details?: string[] } | null): Headline | null {
  return answer && { sentence: answer.sentence, details: answer.details ?? [], confirm: null };
}

/** What is known of a search. */
interface Searched {
  id: string;
  metric: string;
  /** How many were drawn. */
  variants: number;
  /** Its mean in the unit of the metric. */
  best: { name: string; mean: number; seeds: number };
}

/**
 * What a search has found, where too few seeds were trained to tell it from luck: the best of many values is the luckiest
 * one, too. Null where there are seeds enough.
 */
export function bestFound({ id, metric, variants, best }: Searched): Headline | null {
  if (best.seeds >= FEWEST_SEEDS) return null;
  const [score] = columnOf([best.mean], []);
  const seeds = best.seeds === 1 ? 'one seed' : `${best.seeds} seeds`;
  return {
    sentence: `Best found of ${variants}: ${best.name}, ${metric} ${score}${unitOf(metric).ofValue} (${seeds}, not confirmed).`,
    details: [],
    confirm: ablate('sweep', '--confirm', id),
  };
}
