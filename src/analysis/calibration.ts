import { wilsonInterval, type Interval } from './statistics/intervals.js';

/** Images whose confidence lies between two bounds, and how often they were right. */
export interface ReliabilityBin {
  lower: number;
  upper: number;
  count: number;
  /** Mean confidence; null in an empty bin, as the next two. */
  confidence: number | null;
  accuracy: number | null;
  /** Wilson's, of the accuracy. */
  interval: Interval | null;
}

/** Whether a model is right as often as it says it is. */
export interface Calibration {
  /** ECE: the mean distance of accuracy and confidence over the bins, weighted by their counts. */
  expectedError: number;
  /** The greatest such distance. */
  maximumError: number;
  bins: ReliabilityBin[];
}

/**
 * Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017): bins of equal width, a confidence on
 * a bound belongs to the bin below.
 * @param confidences the greatest probability of each image
 * @param isRight whether that class is the true one
 */
export function calibrationOf(confidences: Float32Array, isRight: (image: number) => boolean, bins = 15): Calibration {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  confidences.forEach((confidence, image) => {
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))];
    sum.count += 1;
    sum.confidence += confidence;
    sum.right += Number(isRight(image));
  });
  const gaps = sums.map(({ count, confidence, right }) => (count === 0 ? 0 : Math.abs(confidence - right) / count));
  return {
    expectedError: gaps.reduce((total, gap, bin) => total + (gap * sums[bin].count) / confidences.length, 0),
    maximumError: Math.max(...gaps),
    bins: sums.map(({ count, confidence, right }, bin) => ({
      lower: bin / bins,
      upper: (bin + 1) / bins,
      count,
      confidence: count === 0 ? null : confidence / count,
      accuracy: count === 0 ? null : right / count,
      interval: count === 0 ? null : wilsonInterval(right, count),
    })),
  };
}

/** Mean over the images of −ln of the true class's probability, which is taken as at least 1e-7, as Keras does. */
export function logLoss(probabilities: Float32Array, labels: Int32Array): number {
  const classes = probabilities.length / labels.length;
  const total = labels.reduce(
    (sum, label, image) => sum - Math.log(Math.max(1e-7, probabilities[image * classes + label])),
    0,
  );
  return total / labels.length;
}

/** Mean over the images of the squared distance of all probabilities from 0 and 1 (Brier 1950): from 0, best, to 2. */
export function brierScore(probabilities: Float32Array, labels: Int32Array): number {
  const classes = probabilities.length / labels.length;
  let total = 0;
  probabilities.forEach((probability, index) => {
    const isTrueClass = labels[Math.floor(index / classes)] === index % classes;
    total += (probability - Number(isTrueClass)) ** 2;
  });
  return total / labels.length;
}
