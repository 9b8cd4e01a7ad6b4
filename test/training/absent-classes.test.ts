import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ClassificationReport, classificationReport } from '../../src/analysis/classification-report.js';
import { randomStream } from '../../src/random.js';
import { classWeights } from '../../src/training/class-weights.js';
import { type ClassScores, classificationMetrics, mostProbable } from '../../src/metrics/classification.js';
import { expectClose } from '../support/close.js';
import { askPython, testPython } from '../support/python.js';

interface Scores {
  macro: ClassScores;
  accuracy: number;
  top_2_accuracy: number;
  confusion_matrix: number[][];
  log_loss: number;
  brier_score: number;
  weights: Partial<Record<string, number>>;
}

interface Example {
  name: string;
  classes: number;
  labels: number[];
  /** Of each example, the class that is told. */
  told: (label: number, random: (below: number) => number) => number;
}

const letters = Array.from({ length: 130 }, (_, index) => 1 + (index % 26));

const EXAMPLES: Example[] = [
  { name: "EMNIST's letters, all right", classes: 27, labels: letters, told: (label) => label },
  { name: "EMNIST's letters, some wrong", classes: 27, labels: letters, told: (label, random) => (random(4) ? label : 1 + random(26)) },
  { name: "EMNIST's letters, some told to be of class 0", classes: 27, labels: letters, told: (label, random) => (random(4) ? label : 0) },
  { name: 'no class right', classes: 5, labels: [0, 0, 2, 2, 4], told: (label) => (label + 1) % 5 },
  { name: 'one class alone', classes: 4, labels: [3, 3, 3], told: () => 3 },
  { name: 'one class alone, never found', classes: 4, labels: [3, 3, 3], told: () => 1 },
  { name: 'the last classes absent', classes: 6, labels: [0, 1, 2, 0, 1, 0, 2], told: (label, random) => (random(2) ? label : random(3)) },
  { name: 'all classes', classes: 3, labels: [0, 1, 2, 0, 1, 1, 2], told: (label, random) => (random(2) ? label : random(3)) },
]; // prettier-ignore

/** Distinct probabilities that add up to 1, the greatest that of the class told. */
function probabilitiesOf({ classes, labels, told }: Example, seed: number): number[][] {
  const stream = randomStream(seed, 'test/absent-classes');
  return labels.map((label) => {
    const best = told(label, (below) => stream.below(below));
    const raw = Array.from({ length: classes }, (_, index) => (index === best ? 1.5 : 0) + 0.01 + stream.uniform());
    const sum = raw.reduce((total, value) => total + value, 0);
    return raw.map((value) => value / sum);
  });
}

const sets = EXAMPLES.map((example, seed) => ({
  labels: example.labels,
  probabilities: probabilitiesOf(example, seed),
}));

let expected: Scores[];

beforeAll(async () => {
  const script = fileURLToPath(new URL('sklearn_reference.py', import.meta.url));
  expected = await askPython<Scores[]>(await testPython(), script, { sets });
});

/** The macro averages, and all else, are scikit-learn's also where classes of the dataset don't occur. */
describe.each(EXAMPLES.map(({ name, classes }, index) => ({ name, classes, index })))('$name', ({ classes, index }) => {
  const labels = Int32Array.from(sets[index].labels);
  const probabilities = Float32Array.from(sets[index].probabilities.flat());
  const predictions = mostProbable(probabilities, classes);

  it('in training', () => {
    const wanted = ['accuracy', 'precision', 'recall', 'f1_score', 'top_2_accuracy'];
    const { macro, accuracy, top_2_accuracy } = expected[index];
    const ours = classificationMetrics(wanted, { probabilities, predictions }, labels);
    expect(Object.keys(ours)).toEqual(wanted);
    expectClose(ours, { accuracy, ...macro, top_2_accuracy }, { absolute: 5e-7 });
  });

  it('in an evaluation', () => {
    const names = Array.from({ length: classes }, (_, label) => String(label));
    const report: ClassificationReport = classificationReport({ classes: names, labels, predictions, probabilities });
    expectClose(report.macro, expected[index].macro, { absolute: 5e-7 });
    expect(report.accuracy).toBeCloseTo(expected[index].accuracy, 12);
    expect(report.confusionMatrix).toEqual(expected[index].confusion_matrix);
    expect(report.probabilities?.logLoss).toBeCloseTo(expected[index].log_loss, 5);
    expect(report.probabilities?.brierScore).toBeCloseTo(expected[index].brier_score, 5);
  });

  it('in balanced weights', () => {
    const names = Array.from({ length: classes }, (_, label) => String(label));
    const weights = classWeights('balanced', names, labels) ?? [];
    weights.forEach((weight, label) => {
      expect(weight).toBeCloseTo(expected[index].weights[label] ?? 1, 12);
    });
  });
});

it('a perfect model of 26 letters has a macro F1 of 100 %', () => {
  expect(expected[0].macro).toEqual({ precision: 1, recall: 1, f1_score: 1 });
});
