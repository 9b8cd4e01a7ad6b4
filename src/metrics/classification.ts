/** What a model says of each example. */
export interface Predictions {
  /** Row-major [examples, classes]. */
  probabilities: Float32Array;
  /** The most probable class of each example: [examples]. */
  predictions: Int32Array;
}

/** Precision, recall and F1 of one class, or their means over the classes. */
export interface ClassScores {
  /** Of the examples predicted to be of the class, the part that is. */
  precision: number;
  /** Of the examples of the class, the part that is predicted to be. */
  recall: number;
  /** The harmonic mean of the two. */
  f1_score: number;
}

/**
 * The metrics asked for that are one number each, by their names in the configuration; means over classes are macro
 * averages: see `macroAverage`.
 * @param labels the true class of each example: [examples]
 */
export function classificationMetrics(
  wanted: readonly string[],
  { probabilities, predictions }: Predictions,
  labels: Int32Array,
): Record<string, number> {
  const classes = probabilities.length / labels.length;
  // Asked for or not, it would be counted after every epoch.
  const scores = wanted.some(isClassScore) && macroAverage(confusionMatrix(labels, predictions, classes));
  const values: Record<string, number> = {};
  for (const metric of wanted) {
    const k = /^top_(\d+)_accuracy$/.exec(metric)?.[1];
    if (k !== undefined) values[metric] = topKAccuracy(probabilities, labels, Number(k));
    else if (metric === 'accuracy') values.accuracy = accuracy(predictions, labels);
    else if (scores && isClassScore(metric)) values[metric] = scores[metric];
  }
  return values;
}

function isClassScore(metric: string): metric is keyof ClassScores {
  return metric === 'precision' || metric === 'recall' || metric === 'f1_score';
}

/** The most probable class of each example; of equal ones, the first. @param probabilities row-major [examples, classes] */
export function mostProbable(probabilities: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, example) => {
    const row = probabilities.subarray(example * classes, (example + 1) * classes);
    return row.reduce((best, value, index) => (value > row[best] ? index : best), 0);
  });
}

/** The part of the examples whose class is predicted. */
export function accuracy(predictions: Int32Array, labels: Int32Array): number {
  return count(labels.length, (example) => predictions[example] === labels[example]) / labels.length;
}

/**
 * The part of the examples of which fewer than k classes are more probable than the true one (TensorFlow's `in_top_k`, so
 * that of Keras: ties count in favour).
 * @param probabilities row-major [examples, classes]
 */
export function topKAccuracy(probabilities: Float32Array, labels: Int32Array, k: number): number {
  const classes = probabilities.length / labels.length;
  const isInTopK = (example: number): boolean => {
    const row = probabilities.subarray(example * classes, (example + 1) * classes);
    const own = row[labels[example]];
    // Written so that a probability that is NaN is in no top k.
    return count(classes, (index) => !(row[index] <= own)) < k;
  };
  return count(labels.length, isInTopK) / labels.length;
}

/** How many examples of each class (row) are predicted to be of each class (column): [classes][classes]. */
export function confusionMatrix(labels: Int32Array, predictions: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, example) => {
    matrix[label][predictions[example]] += 1;
  });
  return matrix;
}

/** The scores of each class; 0 where a denominator is 0 (as in Keras; scikit-learn's `zero_division=0`). */
export function classScores(matrix: readonly (readonly number[])[]): ClassScores[] {
  return matrix.map((row, index) => {
    const correct = row[index];
    const predicted = sum(matrix.map((other) => other[index]));
    const actual = sum(row);
    return {
      precision: ratio(correct, predicted),
      recall: ratio(correct, actual),
      f1_score: ratio(2 * correct, predicted + actual),
    };
  });
}

/**
 * The mean of each score over the classes that occur, among the true ones or the predicted ones: scikit-learn's
 * `average='macro'`. A class of which there is nothing to find and nothing found says nothing of the model.
 */
export function macroAverage(matrix: readonly (readonly number[])[]): ClassScores {
  const occurs = (index: number): boolean => sum(matrix[index]) > 0 || matrix.some((row) => row[index] > 0);
  const scores = classScores(matrix).filter((_, index) => occurs(index));
  const mean = (key: keyof ClassScores): number => sum(scores.map((each) => each[key])) / scores.length;
  return { precision: mean('precision'), recall: mean('recall'), f1_score: mean('f1_score') };
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(length: number, holds: (index: number) => boolean): number {
  let total = 0;
  for (let index = 0; index < length; index++) if (holds(index)) total += 1;
  return total;
}

/** An output above this is a yes, unless told (Keras BinaryAccuracy). */
export const THRESHOLD = 0.5;

/** No or yes, 0 or 1, of the probability of yes: [examples]. */
export function answers(probabilities: Float32Array, threshold: number): Int32Array {
  return Int32Array.from(probabilities, (probability) => Number(probability > threshold));
}

/**
 * The accuracy of naming the most frequent class always, as scikit-learn's `DummyClassifier` does.
 * @param labels [count], indices of classes
 * @param rows those that count, unless all do
 * @returns between 0 and 1; 0 where there is no row
 */
export function chanceLevel(labels: ArrayLike<number>, rows?: Int32Array): number {
  const counts = new Map<number, number>();
  const count = rows?.length ?? labels.length;
  for (let i = 0; i < count; i++) {
    const label = labels[rows ? rows[i] : i];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return count === 0 ? 0 : Math.max(...counts.values()) / count;
}
