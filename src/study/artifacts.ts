import { join } from 'node:path';
import { decodeCsv } from '../text/csv.js';
import type { ConfusionMatrix, StudyRun } from './study.js';
import { readTextSync } from '../system/regular-file.js';

/** What a run predicted for each image of its test set. */
export interface Predictions {
  labels: Int32Array;
  predictions: Int32Array;
  /** The probability of each predicted class; null where the model gives none, or the run is of an older version. */
  confidences: Float32Array | null;
}

/** The mean of the runs' confusion matrices; null where none has one, or they speak of other classes. */
export function meanConfusion(runs: readonly StudyRun[]): ConfusionMatrix | null {
  const matrices = runs.filter(({ value }) => value !== null).flatMap((run) => readConfusion(run) ?? []);
  if (matrices.length === 0) return null;
  const [{ classes }] = matrices;
  if (matrices.some((other) => other.classes.join('\n') !== classes.join('\n'))) return null;
  const counts = classes.map((_, row) =>
    classes.map((__, column) => matrices.reduce((sum, { counts }) => sum + counts[row][column], 0) / matrices.length),
  );
  return { classes, counts };
}

function readConfusion({ directory }: StudyRun): ConfusionMatrix | null {
  const [header, ...rows] = readCsv(join(directory, 'artifacts', 'confusion_matrix.csv')) ?? [];
  if (rows.length === 0) return null;
  return { classes: header.slice(1), counts: rows.map((row) => row.slice(1).map(Number)) };
}

/** `artifacts/test_predictions.csv` of a run; null if it has none. */
export function readPredictions(directory: string): Predictions | null {
  const [header, ...rows] = readCsv(join(directory, 'artifacts', 'test_predictions.csv')) ?? [];
  if (!(header as string[] | undefined)) return null;
  const confidence = header.indexOf('confidence');
  return {
    labels: Int32Array.from(rows, ([, label]) => Number(label)),
    predictions: Int32Array.from(rows, ([, , prediction]) => Number(prediction)),
    confidences: confidence < 0 ? null : Float32Array.from(rows, (row) => Number(row[confidence])),
  };
}

/** The rows of a file; null if it can't be read. */
export function readCsv(file: string): string[][] | null {
  try {
    return decodeCsv(readTextSync(file));
  } catch {
    return null;
  }
}

/** Whether two runs were tested on the same examples, as far as their labels tell. */
export function haveSameLabels(labels: Int32Array, others: Int32Array): boolean {
  return labels.length > 0 && labels.length === others.length && labels.every((label, i) => label === others[i]);
}
