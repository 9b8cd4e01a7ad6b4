import { mean } from '../analysis/statistics/describe.js';
import type { SweepMetric } from '../config/schema/experiment.generated.js';
import { unitOf } from '../text/metric-unit.js';
import type { StudyVariant } from './study.js';

/** So many times the spread of the others lies before the first that is far behind. */
const SPREADS = 3;
/** Of a share, so much at least. */
const LEAST_SHARE = 0.1;
/** With fewer of the others there is nothing to compare. */
const FEWEST_OTHERS = 2;

interface Measured {
  name: string;
  /** Dotted key → value, of what was varied. */
  parameters: StudyVariant['values'];
  values: number[];
  /** The larger the better. */
  score: number;
}

/**
 * The variants that failed to learn what the others did (at chance, say): on one scale with them the others would all look
 * the same, and every effect would be theirs. None where a parameter is what they fail by: without them it would have one
 * value, and its effect, the largest there is, would not be told.
 */
export function farBehind(variants: readonly StudyVariant[], metric: SweepMetric): string[] {
  const sign = metric.goal === 'maximize' ? 1 : -1;
  const measured = variants.flatMap(({ name, values: parameters, runs }): Measured[] => {
    const values = runs.flatMap(({ value }) => (value === null || !Number.isFinite(value) ? [] : [value]));
    return values.length === 0 ? [] : [{ name, parameters, values, score: sign * mean(values) }];
  });
  const ranked = measured.sort((a, b) => b.score - a.score);
  const fewest = Math.max(FEWEST_OTHERS, Math.ceil(ranked.length / 3));
  const gaps = ranked.map(({ score }, i) => (i < fewest ? 0 : ranked[i - 1].score - score));
  const first = gaps.indexOf(Math.max(...gaps));
  const others = ranked.slice(0, first);
  return first >= fewest && isFar(gaps[first], others, metric.name) && !leavesOneValue(ranked, others)
    ? ranked.slice(first).map(({ name }) => name)
    : [];
}

function leavesOneValue(all: readonly Measured[], others: readonly Measured[]): boolean {
  const count = (of: readonly Measured[], key: string): number =>
    new Set(of.map(({ parameters }) => JSON.stringify(parameters[key]))).size;
  return Object.keys(all[0].parameters).some((key) => count(all, key) > 1 && count(others, key) === 1);
}

function isFar(gap: number, others: readonly Measured[], metric: string): boolean {
  const values = others.flatMap((each) => each.values);
  const spread = Math.max(...values) - Math.min(...values);
  const least = unitOf(metric).factor === 100 ? LEAST_SHARE : Math.abs(mean(values));
  return gap >= SPREADS * spread && gap >= least;
}
