import type { SweepSummary } from './sweep-store.js';

/** The best run of the best variant: what is registered of a sweep. Undefined if no trial has a value. */
export function bestRun({
  cells: variants,
  metric,
}: Pick<SweepSummary, 'cells' | 'metric'>): { run: string; value: number } | undefined {
  const sign = metric.goal === 'maximize' ? -1 : 1;
  return variants
    .at(0)
    ?.trials.flatMap(({ run, value }) => (value === null ? [] : [{ run, value }]))
    .sort((a, b) => sign * (a.value - b.value))
    .at(0);
}
