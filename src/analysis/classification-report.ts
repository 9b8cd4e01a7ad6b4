import { type ClassScores, accuracy, classScores, confusionMatrix, macroAverage } from '../metrics/classification.js';
import { type Calibration, brierScore, calibrationOf, logLoss } from './calibration.js';
import { wilsonInterval, type Interval } from './statistics/intervals.js';

/** What a model said of labelled images. */
export interface Scored {
  classes: readonly string[];
  /** [images] */
  labels: Int32Array;
  /** [images] */
  predictions: Int32Array;
  /** Row-major [images, classes]; undefined of a model that doesn't give them. */
  probabilities: Float32Array | undefined;
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
  /** Null without probabilities, as is all that is computed of them. */
  probabilities: ProbabilityReport | null;
  /** Means over the classes that occur, each counting the same. */
  macro: ClassScores;
  classes: ClassReport[];
  /** How many images of each class (row) were taken for each class (column). */
  confusionMatrix: number[][];
}

/** How good the probabilities are. */
export interface ProbabilityReport {
  logLoss: number;
  brierScore: number;
  calibration: Calibration;
}

/** Computes everything there is to say of a classifier's answers. */
export function classificationReport({ classes, labels, predictions, probabilities }: Scored): ClassificationReport {
  const matrix = confusionMatrix(labels, predictions, classes.length);
  const scores = classScores(matrix);
  const share = accuracy(predictions, labels);
  return {
    images: labels.length,
    accuracy: share,
    accuracyInterval: wilsonInterval(Math.round(share * labels.length), labels.length),
    probabilities: probabilities ? probabilityReport(probabilities, predictions, labels) : null,
    macro: macroAverage(matrix),
    classes: classes.map((name, index) => ({ class: name, ...scores[index], ...classIntervals(matrix, index) })),
    confusionMatrix: matrix,
  };
}

function probabilityReport(
  probabilities: Float32Array,
  predictions: Int32Array,
  labels: Int32Array,
): ProbabilityReport {
  const classes = probabilities.length / labels.length;
  const confidences = Float32Array.from(
    predictions,
    (prediction, image) => probabilities[image * classes + prediction],
  );
  return {
    logLoss: logLoss(probabilities, labels),
    brierScore: brierScore(probabilities, labels),
    calibration: calibrationOf(confidences, (image) => predictions[image] === labels[image]),
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
