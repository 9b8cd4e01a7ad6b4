import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { encodeCsv } from '../text/csv.js';
import { inOwnUnit, scalesOf, thresholdsOf } from '../data/columns/target-kind.js';
import type { Dataset, Rows } from '../data/dataset.js';
import { everyIndex } from '../data/rows.js';
import type { FittedTarget } from '../data/fitted.js';
import { labelsOf } from './setup.js';
import { ownFolder, writeFileAtomic } from '../tracking/atomic-file.js';
import type { RunDirectory } from '../tracking/run-store.js';
import type { Evaluation } from '../training/evaluation.js';
import { labelScores } from '../metrics/multi-label.js';
import { classOverlaps, diceOf, diceOfImages, firstForeground } from '../metrics/segmentation.js';
import { answers, classScores, confusionMatrix, mostProbable } from '../metrics/classification.js';

const SUMMARY_WIDTH = 100;
/** Where the columns of a model's summary end, as shares of its width: layer, inputs, output shape, parameters. */
const SUMMARY_COLUMNS = [0.4, 0.6, 0.85, 1];

/**
 * Writes the table of a model's layers, as Keras prints it, into the run's `artifacts/`.
 * @returns the file's path, relative to the run's directory; none if a run that is resumed has it
 */
export function writeModelSummary(run: RunDirectory, model: LayersModel): string[] {
  const path = join(run.artifacts, 'model_summary.txt');
  if (existsSync(path)) return [];
  const lines: string[] = [];
  model.summary(SUMMARY_WIDTH, SUMMARY_COLUMNS, (line: string) => {
    lines.push(`${line}\n`);
  });
  ownFolder(run.artifacts);
  writeFileAtomic(path, lines.join(''));
  return ['artifacts/model_summary.txt'];
}

/**
 * Writes what the test showed into the run's `artifacts/`: of classes the confusion matrix, what it says of each class, and
 * each prediction, from which single models can be compared later (McNemar's test); of a number each prediction; of masks the
 * scores of each class, and of each image.
 * @returns the files' paths, relative to the run's directory
 */
export function writeTestArtifacts(
  run: RunDirectory,
  { test }: Dataset,
  target: FittedTarget,
  { outputs }: Evaluation,
): string[] {
  ownFolder(run.artifacts);
  const files = filesOf(target.column.type)(test, target, outputs);
  for (const [name, text] of Object.entries(files)) writeFileAtomic(join(run.artifacts, name), text);
  return Object.keys(files).map((name) => `artifacts/${name}`);
}

/** File name → contents. */
type Files = Record<string, string>;

function filesOf(type: string): (test: Rows, target: FittedTarget, outputs: Float32Array) => Files {
  if (type === 'number') return numberFiles;
  if (type === 'mask') return maskFiles;
  return type === 'multi_label' ? labelFiles : classFiles;
}

function classFiles(test: Rows, target: FittedTarget, outputs: Float32Array): Files {
  const { classes, type } = target.column;
  const isBinary = type === 'binary';
  const predictions = isBinary ? answers(outputs, thresholdsOf(target)[0]) : mostProbable(outputs, classes.length);
  const matrix = confusionMatrix(labelsOf(test), predictions, classes.length);
  return {
    'confusion_matrix.csv': encodeCsv([
      ['true \\ predicted', ...classes],
      ...classes.map((name, row) => [name, ...matrix[row]]),
    ]),
    'class_scores.csv': encodeCsv([
      ['class', 'precision', 'recall', 'f1_score', 'images'],
      ...classScores(matrix).map(({ precision, recall, f1_score }, index) => {
        return [classes[index], precision, recall, f1_score, matrix[index].reduce((sum, count) => sum + count, 0)];
      }),
    ]),
    'test_predictions.csv': predictionsCsv(test, predictions, {
      positive: type === 'binary' ? outputs : undefined,
      confidence: type === 'category' ? confidencesOf(predictions, outputs, classes.length) : undefined,
    }),
  };
}

/** How probable each predicted class is; undefined of outputs that are no probabilities. */
function confidencesOf(predictions: Int32Array, outputs: Float32Array, classes: number): Float32Array | undefined {
  const isProbable = Array.from(predictions.keys()).every((row) => {
    const own = outputs.subarray(row * classes, (row + 1) * classes);
    return own.every((value) => value >= 0) && Math.abs(own.reduce((sum, value) => sum + value, 0) - 1) < 1e-3;
  });
  return isProbable
    ? Float32Array.from(predictions, (prediction, row) => outputs[row * classes + prediction])
    : undefined;
}

/**
 * A row for each example: its place in the test set, the indices of its class and of the one predicted, what is said of the
 * positive class if there is one, its file if it has one, the probability of the predicted class if it is known.
 */
function predictionsCsv(
  rows: Rows,
  predictions: Int32Array,
  { positive, confidence }: { positive?: Float32Array; confidence?: Float32Array },
): string {
  const { files } = rows;
  const labels = labelsOf(rows);
  return encodeCsv([
    [
      'index',
      'label',
      'prediction',
      ...(positive ? ['probability'] : []),
      ...(files ? ['file'] : []),
      ...(confidence ? ['confidence'] : []),
    ],
    ...Array.from(predictions, (prediction, index) => [
      ...[index, labels[index], prediction],
      ...(positive ? [positive[index]] : []),
      ...(files ? [files[index]] : []),
      ...(confidence ? [confidence[index].toFixed(4)] : []),
    ]),
  ]);
}

/** A row for each example, in the target's own unit; of several numbers two columns each. */
function numberFiles({ target: values, count }: Rows, { scale, column }: FittedTarget, outputs: Float32Array): Files {
  const size = scalesOf(scale).length;
  const predicted = inOwnUnit(outputs, scale);
  const header = (column.columns ?? [null]).flatMap((name) =>
    ['true', 'predicted'].map((word) => (name === null ? word : `${word} ${name}`)),
  );
  const rows = everyIndex(count).map((row) => row * size);
  const cells = Array.from(rows, (start, row) => [
    row,
    ...Array.from({ length: size }, (_, at) => [values[start + at], predicted[start + at]]).flat(),
  ]);
  return { 'test_values.csv': encodeCsv([['index', ...header], ...cells]) };
}

/** What the model says of each label, and of each example: whether it has the label, and how probable that is said to be. */
function labelFiles({ target: values, count }: Rows, target: FittedTarget, outputs: Float32Array): Files {
  const { classes } = target.column;
  const truth = values as Int32Array;
  const thresholds = thresholdsOf(target);
  const scores = labelScores({ probabilities: outputs, truth, thresholds });
  const header = classes.flatMap((label) => [`true ${label}`, `probability ${label}`]);
  const cells = Array.from({ length: count }, (_, row) => [
    row,
    ...classes.flatMap((__, label) => [truth[row * classes.length + label], outputs[row * classes.length + label]]),
  ]);
  return {
    'label_scores.csv': encodeCsv([
      ['label', 'precision', 'recall', 'f1_score', 'average_precision', 'rows', 'threshold'],
      ...scores.map(({ precision, recall, f1_score, average_precision, rows }, index) => {
        return [classes[index], precision, recall, f1_score, average_precision, rows, thresholds[index]];
      }),
    ]),
    'test_labels.csv': encodeCsv([['index', ...header], ...cells]),
  };
}

/** How far the masks overlap, of each class and of each image. */
function maskFiles({ files, count }: Rows, { column: { classes } }: FittedTarget, counts: Float32Array): Files {
  const ofImages = diceOfImages(counts, classes.length, firstForeground(classes));
  return {
    'class_scores.csv': encodeCsv([
      ['class', 'iou', 'dice', 'precision', 'recall', 'images'],
      ...classOverlaps(counts, classes.length).map(({ iou, dice, precision, recall, images }, index) => {
        return [classes[index], ...[iou, dice, precision, recall].map(known), images];
      }),
    ]),
    'test_masks.csv': encodeCsv([
      ['index', ...(files ? ['file'] : []), 'dice', ...classes.map((name) => `dice ${name}`)],
      ...Array.from({ length: count }, (_, row) => [
        row,
        ...(files ? [files[row]] : []),
        ofImages[row],
        ...Array.from(diceOf(counts, classes.length, row), known),
      ]),
    ]),
  };
}

/** Empty where there is nothing to be right or wrong about. */
const known = (value: number): number | string => (isNaN(value) ? '' : value);
