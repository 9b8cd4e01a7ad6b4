import { join } from 'node:path';
import { mean } from '../analysis/statistics/describe.js';
import { readCsv } from './artifacts.js';
import type { LabelScore, StudyRun, StudyVariant, TestedRows } from './study.js';

/** What the runs of a variant said of each test row, by the first of them that tells; null of models of images. */
export function testedRowsOf({ name, runs }: StudyVariant): TestedRows | null {
  const tested = runs.filter(({ value }) => value !== null);
  for (const { directory, seed } of tested) {
    const target = numbersIn(directory) ?? labelsIn(directory, tested) ?? binaryIn(directory);
    if (target) return { variant: name, seed, runs: tested.length, target };
  }
  return null;
}

/** Of `test_values.csv`: pairs of columns, the true and the predicted numbers. */
function numbersIn(directory: string): TestedRows['target'] | null {
  const [header, ...rows] = artifact(directory, 'test_values.csv');
  if (rows.length === 0) return null;
  const columns = pairsIn(header).map((at) => ({
    name: header[at].replace(/^true ?/, ''),
    truth: numbersAt(rows, at),
    predicted: numbersAt(rows, at + 1),
  }));
  return { type: 'numbers', columns };
}

/** Of `test_labels.csv` likewise: whether a row has a label, and how probable that is said to be. */
function labelsIn(directory: string, runs: readonly StudyRun[]): TestedRows['target'] | null {
  const [header, ...rows] = artifact(directory, 'test_labels.csv');
  if (rows.length === 0) return null;
  const places = pairsIn(header);
  const valuesAt = (shift: number): number[] => rows.flatMap((row) => places.map((at) => Number(row[at + shift])));
  return {
    type: 'labels',
    labels: places.map((at) => header[at].replace(/^true /, '')),
    truth: Int32Array.from(valuesAt(0)),
    probabilities: Float32Array.from(valuesAt(1)),
    scores: meanScores(runs),
  };
}

/** Of `test_predictions.csv` with the probability of yes. */
function binaryIn(directory: string): TestedRows['target'] | null {
  const [header, ...rows] = artifact(directory, 'test_predictions.csv');
  const [matrix] = artifact(directory, 'confusion_matrix.csv');
  if (rows.length === 0 || !header.includes('probability') || matrix.length !== 3) return null;
  const at = header.indexOf('probability');
  const labels = Int32Array.from(numbersAt(rows, header.indexOf('label')));
  return { type: 'binary', classes: matrix.slice(1), labels, probabilities: Float32Array.from(numbersAt(rows, at)) };
}

/** Of each label the means over runs. */
function meanScores(runs: readonly StudyRun[]): LabelScore[] {
  const tables = runs
    .map(({ directory }) => artifact(directory, 'label_scores.csv'))
    .filter(({ length }) => length > 1);
  if (tables.length === 0) return [];
  const [[header, ...first]] = tables;
  return first.map(([label], row) => {
    const of = (name: string): number => {
      const at = header.indexOf(name);
      return mean(tables.map((table) => Number(table.at(row + 1)?.[at])));
    };
    const [precision, recall, f1, averagePrecision] = ['precision', 'recall', 'f1_score', 'average_precision'].map(of);
    return { label, rows: of('rows'), precision, recall, f1, averagePrecision };
  });
}

function artifact(directory: string, name: string): string[][] {
  return readCsv(join(directory, 'artifacts', name)) ?? [];
}

/** Where each pair begins; the first column is the row's index. */
function pairsIn(header: readonly string[]): number[] {
  return header.flatMap((name, at) => (at > 0 && at % 2 === 1 && name.startsWith('true') ? [at] : []));
}

function numbersAt(rows: readonly string[][], at: number): number[] {
  return rows.map((row) => Number(row[at]));
}
