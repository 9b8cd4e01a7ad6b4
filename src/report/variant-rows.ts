import type { Comparison, LeftOut, VariantSummary } from '../analysis/answer-facts.js';
import type { Verdict } from '../analysis/verdicts.js';
import { describe, type Description } from '../analysis/statistics/describe.js';
import { tInterval, type Interval } from '../analysis/statistics/intervals.js';
import { possibleValues, unitOf } from '../text/metric-unit.js';
import type { Study, StudyVariant } from '../study/study.js';

/** What is told of a variant: its values, and how far it is from the best, or from the baseline. */
export interface VariantRow {
  variant: StudyVariant;
  /** Null if no run has a value. */
  description: Description | null;
  /** Of the mean, 95 %. */
  interval: Interval | null;
  /** Null for the reference itself, and where there is nothing to compare. */
  comparison: RowComparison | null;
  leftOut: LeftOut;
}

/** The variant's metric less the reference's. */
interface RowComparison {
  difference: number | null;
  interval: Interval | null;
  /** Adjusted for all comparisons. */
  pValue: number | null;
  /** Hedges' g_z. */
  effect: number | null;
  verdict: Verdict;
}

/** What all others are compared with in tables: the baseline, else the best. */
export function referenceOf({ answer, variants }: Study): string {
  return answer?.baseline ?? answer?.leader ?? variants[0].name;
}

/** A row for each variant, the best first; those without a value come last. */
export function variantRows(study: Study): VariantRow[] {
  const reference = referenceOf(study);
  const summaries = new Map(study.answer?.variants.map((summary) => [summary.name, summary]));
  const comparisons = new Map(study.answer?.comparisons.map((one) => [`${one.first}\n${one.second}`, one]));
  const rows = study.variants.map((variant): VariantRow => {
    const { description, interval, leftOut } = summaries.get(variant.name) ?? summaryOf(variant, study.metric.name);
    return {
      variant,
      description,
      interval,
      comparison: turned(variant.name, reference, comparisons),
      leftOut,
    };
  });
  const sign = study.metric.goal === 'maximize' ? -1 : 1;
  const rank = ({ description }: VariantRow): number => (description ? sign * description.mean : Infinity);
  return rows.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** Of a variant that is by itself. */
function summaryOf(
  { runs }: StudyVariant,
  metric: string,
): Pick<VariantSummary, 'description' | 'interval' | 'leftOut'> {
  const values = runs.flatMap(({ value }) => value ?? []);
  const count = (wanted: string): number => runs.filter(({ status }) => status === wanted).length;
  const [pruned, interrupted] = [count('PRUNED'), count('KILLED')];
  const leftOut = { failed: runs.length - values.length - pruned - interrupted, pruned, interrupted };
  if (values.length === 0) return { description: null, interval: null, leftOut };
  return {
    description: describe(values),
    interval: possibleValues(tInterval(values), metric, unitOf(metric).factor),
    leftOut,
  };
}

function turned(name: string, reference: string, comparisons: ReadonlyMap<string, Comparison>): RowComparison | null {
  const forward = comparisons.get(`${name}\n${reference}`);
  const one = forward ?? comparisons.get(`${reference}\n${name}`);
  if (!one) return null;
  const sign = forward ? 1 : -1;
  const { interval } = one;
  return {
    difference: one.difference === null ? null : sign * one.difference,
    interval: interval && (forward ? interval : [-interval[1], -interval[0]]),
    pValue: one.adjusted.difference,
    effect: one.effect && sign * one.effect.hedgesGz,
    verdict: one.verdict,
  };
}
