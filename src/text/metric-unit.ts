/** How the values of a metric are shown: shares in percent, anything else as it is. */
export interface MetricUnit {
  /** What a value is multiplied by to be told. */
  factor: 1 | 100;
  /** What follows a value: ` %`. */
  ofValue: string;
  /** What follows a difference of two values: ` percentage points`. */
  ofDifference: string;
}

const SHARE = /(^|_)(accuracy|precision|recall|f1_score|dice|mean_iou)$/;

/** The unit of a metric, by its name: `val_accuracy`, `test_f1_score`, `best_val_loss`. */
export function unitOf(metric: string): MetricUnit {
  return SHARE.test(metric)
    ? { factor: 100, ofValue: ' %', ofDifference: ' percentage points' }
    : { factor: 1, ofValue: '', ofDifference: '' };
}

/** A metric with its unit, as a column or an axis is titled: `val_accuracy (%)`. */
export function titledMetric(metric: string): string {
  const unit = unitOf(metric).ofValue.trim();
  return unit === '' ? metric : `${metric} (${unit})`;
}

/** A value of a metric in its unit, free of the last bits that multiplying adds: 0.007 is 0.7 %. */
export function inUnit(value: number, { factor }: MetricUnit): number {
  return factor === 1 ? value : Number((factor * value).toPrecision(15));
}

/** Whether a metric is a loss or an error: never below zero, and of a scale of its own on each dataset. */
export function isError(metric: string): boolean {
  return /(^|_)(loss|error)$/.test(metric);
}

/** Lower and upper end. */
type Ends = readonly [lower: number, upper: number];

/** The least and the greatest value that a metric can have. */
function possibleEnds(metric: string): Ends {
  if (unitOf(metric).factor === 100) return [0, 1];
  return [isError(metric) ? 0 : -Infinity, Infinity];
}

/**
 * An interval of values without what can't be: Student's, of a share, may reach below 0 or above 1.
 * @param factor what its ends were multiplied by, where they are told in the metric's unit
 */
export function possibleValues<E extends Ends | null>(interval: E, metric: string, factor = 1): E | Ends {
  const [least, greatest] = possibleEnds(metric);
  return interval && [Math.max(factor * least, interval[0]), Math.min(factor * greatest, interval[1])];
}

/** Likewise of differences: two shares differ by 1 at most. */
export function possibleDifferences<E extends Ends | null>(interval: E, metric: string, factor = 1): E | Ends {
  const [least, greatest] = possibleEnds(metric);
  const most = factor * (greatest - least);
  return interval && [Math.max(-most, interval[0]), Math.min(most, interval[1])];
}

/** A metric in a sentence: `validation accuracy`. */
export function metricWords(metric: string): string {
  return metric
    .replace(/^val_/, 'validation_')
    .replace(/^train_/, 'training_')
    .replaceAll('_', ' ');
}
