import { mean, sampleStandardDeviation } from '../analysis/statistics/describe.js';
import type { SweepMetric } from '../config/experiment.js';
import type { SweepRecord, TrialEndEvent } from './sweep-journal.js';
import type { CellSummary, TrialCounts } from './sweep-store.js';
import type { Trial, TrialEnd, TrialStatus } from './trial.js';

const COUNTED: Record<TrialStatus, Exclude<keyof TrialCounts, 'total' | 'reused'>> = {
  FINISHED: 'finished',
  PRUNED: 'pruned',
  DIVERGED: 'diverged',
  FAILED: 'failed',
  KILLED: 'killed',
};

/** What results tell of a variant. */
type ResultCell = Pick<Trial['cell'], 'index' | 'values'>;

/** What a sweep has come to so far: its trials, gathered by variant. */
export class SweepResults {
  readonly metric: SweepMetric;
  readonly counts: TrialCounts;
  /** Of all trials, added up. */
  seconds = 0;
  readonly #cells = new Map<number, CellSummary>();
  /** The best first: kept so, for sorting anew after each trial would take ever longer. */
  readonly #ranked: CellSummary[] = [];

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
  add({ cell, seed, label }: Pick<Trial, 'seed' | 'label'> & { cell: ResultCell }, end: TrialEnd): void {
    const { run, status, value, seconds, reused } = end;
    this.counts[COUNTED[status]]++;
    if (reused) this.counts.reused++;
    this.seconds += seconds;
    const known = this.#cells.get(cell.index);
    const { trials, ...rest } = known ?? emptyCell(cell, label);
    const next = summarize({ ...rest, trials: [...trials, { seed, run, status, value }] });
    this.#cells.set(cell.index, next);
    if (known) this.#ranked.splice(this.#placeOf(known), 1);
    this.#ranked.splice(this.#placeOf(next), 0, next);
  }

  get ended(): number {
    const { finished, pruned, diverged, failed, killed } = this.counts;
    return finished + pruned + diverged + failed + killed;
  }

  /** The best variant so far, if any trial has a value. */
  get best(): CellSummary | undefined {
    const first = this.#ranked.at(0);
    return first && first.n > 0 ? first : undefined;
  }

  /** All variants of which some trial has ended, the best first. */
  ranked(): readonly CellSummary[] {
    return this.#ranked;
  }

  /** How many variants are better than this one, by binary search. */
  #placeOf(cell: CellSummary): number {
    let [low, high] = [0, this.#ranked.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareCells(this.#ranked[middle], cell, this.metric.goal) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What trials have come to whose ends stand in a sweep's journal. */
export function recordedResults({ begun, trials, ends }: SweepRecord): SweepResults {
  const results = new SweepResults(begun.metric, trials);
  for (const end of ends.values()) addRecorded(results, end);
  return results;
}

/** Adds one more of them. */
export function addRecorded(
  results: SweepResults,
  { cell: index, values, seed, label, ...end }: Omit<TrialEndEvent, 'type'>,
): void {
  results.add({ cell: { index, values }, seed, label }, end);
}

/**
 * The order of variants, the best mean first. Those that aren't comparable come last: of a variant with pruned trials only
 * the luckiest seeds have finished.
 */
export function compareCells(a: CellSummary, b: CellSummary, goal: SweepMetric['goal']): number {
  const rank = (cell: CellSummary): number => (cell.mean === null ? 2 : isPruned(cell) ? 1 : 0);
  const sign = goal === 'maximize' ? -1 : 1;
  return rank(a) - rank(b) || sign * ((a.mean ?? 0) - (b.mean ?? 0)) || a.index - b.index;
}

/** Whether some trial of a variant was stopped early. */
export function isPruned({ trials }: CellSummary): boolean {
  return trials.some(({ status }) => status === 'PRUNED');
}

function emptyCell({ index, values }: ResultCell, label: string): CellSummary {
  return { index, label, values: { ...values }, n: 0, mean: null, standard_deviation: null, trials: [] };
}

function summarize(cell: CellSummary): CellSummary {
  const values = cell.trials.map(({ value }) => value).filter((value) => value !== null);
  return {
    ...cell,
    n: values.length,
    mean: values.length > 0 ? mean(values) : null,
    standard_deviation: values.length > 1 ? sampleStandardDeviation(values) : null,
  };
}
