import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { encodeCsv } from './csv.js';
import type { Dataset } from './data/dataset.js';
import type { RunDirectory } from './tracking/run-store.js';
import type { Evaluation } from './training/evaluation.js';
import { classScores, confusionMatrix } from './training/metrics.js';

const SUMMARY_WIDTH = 100;
/** Where the columns of a model's summary end, as shares of its width: layer, inputs, output shape, parameters. */
const SUMMARY_COLUMNS = [0.4, 0.6, 0.85, 1];

/**
 * Writes the table of a model's layers, as Keras prints it, into the run's `artifacts/`.
 * @returns the file's path, relative to the run's directory; none if a run that is gone on with has it
 */
export function writeModelSummary(run: RunDirectory, model: LayersModel): string[] {
  const path = join(run.artifacts, 'model_summary.txt');
  if (existsSync(path)) return [];
  const lines: string[] = [];
  model.summary(SUMMARY_WIDTH, SUMMARY_COLUMNS, (line: string) => {
    lines.push(`${line}\n`);
  });
  mkdirSync(run.artifacts, { recursive: true });
  writeFileSync(path, lines.join(''));
  return ['artifacts/model_summary.txt'];
}

/**
 * Writes what the test showed into the run's `artifacts/`: the confusion matrix, what it says of each class, and each
 * prediction, from which single models can be compared later (McNemar's test).
 * @returns the files' paths, relative to the run's directory
 */
export function writeTestArtifacts(run: RunDirectory, dataset: Dataset, { predictions }: Evaluation): string[] {
  const { classes, test } = dataset;
  mkdirSync(run.artifacts, { recursive: true });
  const matrix = confusionMatrix(test.labels, predictions, classes.length);
  const files = {
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
    'test_predictions.csv': encodeCsv([
      ['index', 'label', 'prediction'],
      ...Array.from(predictions, (prediction, index) => [index, test.labels[index], prediction]),
    ]),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(run.artifacts, name), text);
  return Object.keys(files).map((name) => `artifacts/${name}`);
}
