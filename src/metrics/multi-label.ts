import { averagePrecision } from './ranking.js';

/** How well a label is told. */
export interface LabelScores {
  /** That have it. */
  rows: number;
  /** 0 where a denominator is 0 (scikit-learn's `zero_division=0`), as recall and F1. */
  precision: number;
  recall: number;
  f1_score: number;
  /** 0 of a label that no row has. */
  average_precision: number;
}

/** Decisions about labels. */
export interface LabelDecisions {
  /** Row-major [rows, labels]: the probability of each label. */
  probabilities: Float32Array;
  /** Row-major [rows, labels], 0 or 1. */
  truth: Int32Array;
  /** [labels]: a probability above it is a yes. */
  thresholds: readonly number[];
}

/** Counts of decisions of one label, or of all. */
interface Counts {
  right: number;
  predicted: number;
  actual: number;
}

/** Scores of each label, as scikit-learn's with `average=None`. */
export function labelScores(decisions: LabelDecisions): LabelScores[] {
  const { probabilities, truth, thresholds } = decisions;
  const labels = thresholds.length;
  const rows = truth.length / labels;
  return countsOf(decisions).map((counts, label) => {
    const values = Float32Array.from({ length: rows }, (_, row) => probabilities[row * labels + label]);
    return {
      rows: counts.actual,
      precision: ratio(counts.right, counts.predicted),
      recall: ratio(counts.right, counts.actual),
      f1_score: ratio(2 * counts.right, counts.predicted + counts.actual),
      average_precision: averagePrecision(values, (row) => truth[row * labels + label] === 1),
    };
  });
}

/**
 * Scores of all labels in one number each, as scikit-learn has them: `f1_score`, `precision` and `recall` are the means over
 * the labels (`average='macro'`), `micro_f1_score` counts all decisions together (`'micro'`), `mean_average_precision` is
 * `average_precision_score` with `'macro'`, `accuracy` the share of decisions that are right (Keras's BinaryAccuracy).
 */
export function labelMetrics(wanted: readonly string[], decisions: LabelDecisions): Record<string, number> {
  const { probabilities, truth, thresholds } = decisions;
  const labels = thresholds.length;
  const right = truth.reduce((sum, value, index) => {
    return sum + Number(probabilities[index] > thresholds[index % labels] === (value === 1));
  }, 0);
  const each = wanted.length > 0 ? labelScores(decisions) : [];
  const mean = (key: keyof LabelScores): number => each.reduce((sum, scores) => sum + scores[key], 0) / labels;
  const known: Record<string, () => number> = {
    precision: () => mean('precision'),
    recall: () => mean('recall'),
    f1_score: () => mean('f1_score'),
    micro_f1_score: () => microF1(countsOf(decisions)),
    mean_average_precision: () => mean('average_precision'),
  };
  const asked = wanted.filter((metric) => Object.hasOwn(known, metric)).map((metric) => [metric, known[metric]()]);
  return { accuracy: right / truth.length, ...(Object.fromEntries(asked) as Record<string, number>) };
}

function microF1(counts: readonly Counts[]): number {
  const sum = (key: keyof Counts): number => counts.reduce((total, each) => total + each[key], 0);
  return ratio(2 * sum('right'), sum('predicted') + sum('actual'));
}

function countsOf({ probabilities, truth, thresholds }: LabelDecisions): Counts[] {
  const counts = thresholds.map(() => ({ right: 0, predicted: 0, actual: 0 }));
  for (let index = 0; index < truth.length; index++) {
    const label = index % thresholds.length;
    const isPredicted = probabilities[index] > thresholds[label];
    counts[label].predicted += Number(isPredicted);
    counts[label].actual += truth[index];
    counts[label].right += Number(isPredicted && truth[index] === 1);
  }
  return counts;
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
