import { answerQuestion } from '../analysis/answer.js';
import type { LeftOut, Variant } from '../analysis/answer-facts.js';
import { distinctNames } from './distinct-names.js';
import { cautionOfLooks } from './earlier-looks.js';
import type { SweepEvent } from './sweep-journal.js';
import type { CellSummary, SweepAnswer } from './sweep-store.js';
import type { TrialStatus } from './trial.js';

/** @returns null where there is nothing to compare: fewer than two variants */
export function answerOfSweep(
  { question, metric, margin, seed_range: range, earlier_looks: looks = [] }: SweepEvent,
  cells: readonly CellSummary[],
): SweepAnswer | null {
  if (cells.length < 2) return null;
  const { sentence, decided, best, leader, cautions, seedsMissing } = answerQuestion({
    question,
    metric,
    margin: margin ?? undefined,
    sequential: range !== undefined,
    variants: variantsOf(cells.toSorted((a, b) => a.index - b.index)),
  });
  return {
    sentence,
    decided,
    best,
    leader,
    cautions: [...cautions, ...cautionOfLooks(looks)],
    seeds_missing: seedsMissing,
  };
}

/** The variants of a sweep as they are compared. */
export function variantsOf(cells: readonly CellSummary[]): Variant[] {
  const names = distinctNames(
    cells.map(({ label }) => label),
    (label, i) => `${label} #${cells[i].index}`,
  );
  return cells.map(({ trials }, i) => ({
    name: names[i],
    values: new Map(trials.flatMap(({ seed, value }) => (value === null ? [] : [[seed, value] as const]))),
    leftOut: leftOutOf(trials),
  }));
}

/** Counts what has no value to compare, by why it has none. */
export function leftOutOf(runs: readonly { status: TrialStatus | 'RUNNING'; value: number | null }[]): LeftOut {
  const without = runs.filter(({ value, status }) => value === null && status !== 'RUNNING');
  const pruned = without.filter(({ status }) => status === 'PRUNED').length;
  return { failed: without.length - pruned, pruned };
}
