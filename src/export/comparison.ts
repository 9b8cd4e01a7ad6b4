import { accuracy, mostProbable } from '../metrics/classification.js';

/** What a written model says of images, compared with what its run's own model says. */
export interface ExportComparison {
  images: number;
  /** The greatest difference of an output, a probability where the model gives them. */
  maxDifference: number;
  /** The share of the images that both put into the same class. */
  agreement: number;
  /** The shares that are classified right; null where the images have no labels. */
  accuracy: { original: number; exported: number } | null;
}

/**
 * @param expected row-major [images, classes], and so `actual`
 * @param labels [images]; undefined where there are none
 */
export function compareOutputs(
  expected: Float32Array,
  actual: Float32Array,
  classes: number,
  labels: Int32Array | undefined,
): ExportComparison {
  const [theirs, ours] = [expected, actual].map((outputs) => mostProbable(outputs, classes));
  return {
    images: theirs.length,
    // A NaN differs by more than anything.
    maxDifference: expected.reduce((most, value, index) => {
      const difference = Math.abs(value - actual[index]);
      return difference <= most ? most : difference;
    }, 0),
    agreement: accuracy(ours, theirs),
    accuracy: labels ? { original: accuracy(theirs, labels), exported: accuracy(ours, labels) } : null,
  };
}
