import type { StudyRun } from '../study/study.js';

/** The values of a metric in the runs that count: those that finished, with a number. */
export function metricValues(runs: readonly Pick<StudyRun, 'status' | 'metrics'>[], name: string): number[] {
  return runs.flatMap(({ status, metrics }) =>
    status === 'FINISHED' && Object.hasOwn(metrics, name) && Number.isFinite(metrics[name]) ? [metrics[name]] : [],
  );
}
