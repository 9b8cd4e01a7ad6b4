import { type ClassScores, accuracy, classScores, confusionMatrix, macroAverage } from '../training/metrics.js';
import { type Calibration, brierScore, calibrationOf, logLoss } from './calibration.js';
import { wilsonInterval, type Interval } from './statistics/intervals.js';

/** What a model said of labelled images. */
export interface Scored {
  classes: readonly string[];
  /** [images] */
  labels: Int32Array;
  /** [images] */
  predictions: Int32Array;
  /** Row-major [images, classes]. */
  probabilities: Float32Array;
}

/** The scores of one class. */
export interface ClassReport extends ClassScores {
  class: string;
  /** That are of the class. */
  images: number;
  /** Wilson's; null where nothing was predicted to be of the class, or nothing is. */
  precisionInterval: Interval | null;
  recallInterval: Interval | null;
}

/** How good a classifier is, and how far that is known. */
export interface ClassificationReport {
  images: number;
  accuracy: number;
  /** Wilson's, 95 %. */
  accuracyInterval: Interval;
  logLoss: number;
  brierScore: number;
  /** Means over the classes, each counting the same. */
  macro: ClassScores;
  classes: ClassReport[];
  /** How many images of each class (row) were taken for each class (column). */
  confusionMatrix: number[][];
  calibration: Calibration;
}

/** Computes everything there is to say of a classifier's answers. */
export function classificationReport({ classes, labels, predictions, probabilities }: Scored): ClassificationReport {
  const matrix = confusionMatrix(labels, predictions, classes.length);
  const scores = classScores(matrix);
  const isRight = (image: number): boolean => predictions[image] === labels[image];
  const share = accuracy(predictions, labels);
  const confidences = Float32Array.from(predictions, (prediction, image) => {
    return probabilities[image * classes.length + prediction];
  });
  return {
    images: labels.length,
    accuracy: share,
    accuracyInterval: wilsonInterval(Math.round(share * labels.length), labels.length),
    logLoss: logLoss(probabilities, labels),
    brierScore: brierScore(probabilities, labels),
    macro: macroAverage(scores),
    classes: classes.map((name, index) => ({ class: name, ...scores[index], ...classIntervals(matrix, index) })),
    confusionMatrix: matrix,
    calibration: calibrationOf(confidences, isRight),
  };
}

function classIntervals(
  matrix: number[][],
  index: number,
): Pick<ClassReport, 'images' | 'precisionInterval' | 'recallInterval'> {
  const correct = matrix[index][index];
  const images = matrix[index].reduce((sum, value) => sum + value, 0);
  const predicted = matrix.reduce((sum, row) => sum + row[index], 0);
  return {
    images,
    precisionInterval: predicted === 0 ? null : wilsonInterval(correct, predicted),
    recallInterval: images === 0 ? null : wilsonInterval(correct, images),
  };
}
