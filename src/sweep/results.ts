import { mean, sampleStandardDeviation } from '../analysis/statistics/describe.js';
import type { SweepMetric } from '../config/schema/experiment.generated.js';
import type { SweepRecord, TrialEndEvent } from './sweep-journal.js';
import type { VariantResult, TrialCounts } from './sweep-store.js';
import type { Trial, TrialEnd, TrialStatus } from './trial.js';

const COUNTED: Record<TrialStatus, Exclude<keyof TrialCounts, 'total' | 'reused'>> = {
  FINISHED: 'finished',
  PRUNED: 'pruned',
  DIVERGED: 'diverged',
  FAILED: 'failed',
  KILLED: 'killed',
};

/** What results tell of a variant. */
type ResultVariant = Pick<Trial['variant'], 'index' | 'values' | 'names'>;

/** The results of a sweep so far: its trials, gathered by variant. */
export class SweepResults {
  readonly metric: SweepMetric;
  readonly counts: TrialCounts;
  /** Of all trials, added up. */
  seconds = 0;
  readonly #variants = new Map<number, VariantResult>();
  /** The best first: kept so, for sorting anew after each trial would take ever longer. */
  readonly #ranked: VariantResult[] = [];

  /** @param total how many trials there are to be */
  constructor(metric: SweepMetric, total: number) {
    this.metric = metric;
    this.counts = { total, finished: 0, pruned: 0, diverged: 0, failed: 0, killed: 0, reused: 0 };
  }

  /** There are more trials to be. @param total how many in all */
  expect(total: number): void {
    this.counts.total = Math.max(this.counts.total, total);
  }

  /** A trial has ended. */
  add({ variant, seed, label }: Pick<Trial, 'seed' | 'label'> & { variant: ResultVariant }, end: TrialEnd): void {
    const { run, status, value, seconds, reused } = end;
    this.counts[COUNTED[status]]++;
    if (reused) this.counts.reused++;
    this.seconds += seconds;
    const known = this.#variants.get(variant.index);
    const { trials, ...rest } = known ?? emptyVariant(variant, label);
    const next = summarize({ ...rest, trials: [...trials, { seed, run, status, value }] });
    this.#variants.set(variant.index, next);
    if (known) this.#ranked.splice(this.#placeOf(known), 1);
    this.#ranked.splice(this.#placeOf(next), 0, next);
  }

  get ended(): number {
    const { finished, pruned, diverged, failed, killed } = this.counts;
    return finished + pruned + diverged + failed + killed;
  }

  /** The best variant so far, if any trial has a value. */
  get best(): VariantResult | undefined {
    const first = this.#ranked.at(0);
    return first && first.n > 0 ? first : undefined;
  }

  /** All variants of which some trial has ended, the best first. */
  ranked(): readonly VariantResult[] {
    return this.#ranked;
  }

  /** How many variants are better than this one, by binary search. */
  #placeOf(variant: VariantResult): number {
    let [low, high] = [0, this.#ranked.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareVariants(this.#ranked[middle], variant, this.metric.goal) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The results of the trials whose ends a sweep's journal has. */
export function recordedResults({ begun, trials, ends }: SweepRecord): SweepResults {
  const results = new SweepResults(begun.metric, trials);
  for (const end of ends.values()) addRecorded(results, end);
  return results;
}

/** Adds one more of them. */
export function addRecorded(
  results: SweepResults,
  { cell: index, values, names, seed, label, ...end }: Omit<TrialEndEvent, 'type'>,
): void {
  results.add({ variant: { index, values, names }, seed, label }, end);
}

/**
 * The order of variants, the best mean first. Those that aren't comparable come last: of a variant with trials stopped early only
 * the luckiest seeds have finished.
 */
export function compareVariants(a: VariantResult, b: VariantResult, goal: SweepMetric['goal']): number {
  const rank = (variant: VariantResult): number => (variant.mean === null ? 2 : hasStoppedEarly(variant) ? 1 : 0);
  const sign = goal === 'maximize' ? -1 : 1;
  return rank(a) - rank(b) || sign * ((a.mean ?? 0) - (b.mean ?? 0)) || a.index - b.index;
}

/** Whether some trial of a variant was stopped early. */
export function hasStoppedEarly({ trials }: VariantResult): boolean {
  return trials.some(({ status }) => status === 'PRUNED');
}

function emptyVariant({ index, values, names }: ResultVariant, label: string): VariantResult {
  return {
    index,
    label,
    values: { ...values },
    ...(names && { names }),
    n: 0,
    mean: null,
    standard_deviation: null,
    trials: [],
  };
}

function summarize(variant: VariantResult): VariantResult {
  const values = variant.trials.map(({ value }) => value).filter((value) => value !== null);
  return {
    ...variant,
    n: values.length,
    mean: values.length > 0 ? mean(values) : null,
    standard_deviation: values.length > 1 ? sampleStandardDeviation(values) : null,
  };
}
