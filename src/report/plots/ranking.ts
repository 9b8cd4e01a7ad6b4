import { mean } from '../../analysis/statistics/describe.js';
import { tInterval, type Interval } from '../../analysis/statistics/intervals.js';
import { possibleValues, unitOf } from '../../text/metric-unit.js';
import type { Study, StudyRun, StudyVariant } from '../../study/study.js';

/** A variant with the scores of its finished runs. */
export interface Ranked {
  variant: StudyVariant;
  /** The study's metric of each finished run. */
  values: number[];
  mean: number;
  /** Of the mean, at 95 %; null for a single run. */
  interval: Interval | null;
}

/** The variants that have a value, the best mean first. */
export function rankVariants({ variants, metric }: Study): Ranked[] {
  const sign = metric.goal === 'maximize' ? -1 : 1;
  const measured = variants.flatMap((variant): Ranked[] => {
    const values = variant.runs.flatMap(valueOf);
    if (values.length === 0) return [];
    const interval = possibleValues(tInterval(values), metric.name, unitOf(metric.name).factor);
    return [{ variant, values, mean: mean(values), interval }];
  });
  return measured.sort((a, b) => sign * (a.mean - b.mean));
}

/** The values of a run that counts: one that has finished, with a number. */
export function valueOf({ status, value }: StudyRun): number[] {
  return status === 'FINISHED' && value !== null && Number.isFinite(value) ? [value] : [];
}
