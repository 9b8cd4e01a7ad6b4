import type { Json } from '../config/text/tree.js';
import { readHistory } from '../tracking/run-history.js';
import type { RunDirectory, Summary } from '../tracking/run-store.js';
import type { EpochPoint, StudyRun } from './study.js';

/** A run as a study finds it, before its metric is chosen. */
export interface FoundRun {
  directory: RunDirectory;
  seed: number;
  status: Summary['status'];
  error: string | null;
  /** Absent where its folder is gone, or damaged. */
  summary?: Summary;
}

/** The value of a metric in a run that finished; null if it has none, or none that is a number. */
export function valueOf({ status, summary }: FoundRun, metric: string): number | null {
  if (status !== 'FINISHED' || !summary || !Object.hasOwn(summary.metrics, metric)) return null;
  const value = summary.metrics[metric];
  return Number.isFinite(value) ? value : null;
}

/** @param values what tells its variant apart */
export function studyRun(run: FoundRun, metric: string, values: Record<string, Json>, withCurves: boolean): StudyRun {
  const { directory, seed, status, error, summary } = run;
  return {
    id: directory.id,
    seed,
    status,
    value: valueOf(run, metric),
    metrics: summary?.metrics ?? {},
    differences: values,
    curves: withCurves ? curvesOf(directory) : {},
    epochs: summary?.epochs ?? 0,
    trainingSeconds: summary?.training_seconds ?? summary?.duration_seconds ?? 0,
    samplesPerSecond: summary?.samples_per_second ?? 0,
    error,
    directory: directory.path,
  };
}

/** What was measured after each epoch; of a run whose journal is gone, or damaged, nothing. */
function curvesOf(run: RunDirectory): Record<string, EpochPoint[]> {
  try {
    const { metrics } = readHistory(run);
    const curves = Object.entries(metrics).filter(([name]) => !/^(best|test)_/.test(name));
    return Object.fromEntries(
      curves.map(([name, points]) => [
        name,
        points.flatMap(({ epoch, value }) => (epoch === undefined ? [] : [{ epoch, value }])),
      ]),
    );
  } catch {
    return {};
  }
}
