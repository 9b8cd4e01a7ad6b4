import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import {
  accuracy,
  classScores,
  classificationMetrics,
  confusionMatrix,
  macroAverage,
  topKAccuracy,
} from '../../src/metrics/classification.js';
import { expectClose } from '../support/close.js';
import { askKerasBy } from '../support/keras.js';

const EXAMPLES = 200;
const CLASSES = 5;

const random = randomStream(1, 'test/metrics');
// Class 4 is never predicted and class 3 doesn't occur; many probabilities are equal.
const labels = Int32Array.from({ length: EXAMPLES }, () => [0, 0, 0, 1, 2, 4][random.below(6)]);
const probabilities = Float32Array.from({ length: EXAMPLES * CLASSES }, (_, index) =>
  index % CLASSES === 4 ? 0 : (1 + random.below(8)) / 8,
);
const predictions = mostProbable(probabilities, CLASSES);

interface Scores {
  top_k: number[];
  precision: number[];
  recall: number[];
  f1_score: number[];
  macro_f1_score: number;
  confusion_matrix: number[][];
}

let keras: Scores;

beforeAll(async () => {
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  const rows = Array.from({ length: EXAMPLES }, (_, example) =>
    Array.from(probabilities.subarray(example * CLASSES, (example + 1) * CLASSES)),
  );
  const question = { scores: { labels: Array.from(labels), probabilities: rows } };
  ({ scores: keras } = await askKerasBy<{ scores: Scores }>(script, question));
});

function mostProbable(values: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: values.length / classes }, (_, example) => {
    const row = values.subarray(example * classes, (example + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}

describe('metrics', () => {
  it('are those of Keras for every class', () => {
    const matrix = confusionMatrix(labels, predictions, CLASSES);
    const scores = classScores(matrix);
    expect(matrix).toEqual(keras.confusion_matrix);
    for (const key of ['precision', 'recall', 'f1_score'] as const) {
      expectClose(
        scores.map((each) => each[key]),
        keras[key],
        { absolute: 5e-7 },
      );
    }
    expect(macroAverage(matrix).f1_score).toBeCloseTo(keras.macro_f1_score, 6);
    // Classes that are never predicted or never occur score 0, not NaN.
    expect(scores[4].precision).toBe(0);
    expect(scores[3].recall).toBe(0);
  });

  it('count the true class among the k most probable as Keras does, ties included', () => {
    const actual = keras.top_k.map((_, index) => topKAccuracy(probabilities, labels, index + 1));
    expectClose(actual, keras.top_k, { absolute: 5e-7 });
    expect(new Set(actual).size).toBeGreaterThan(2);
  });

  it('are named as in the configuration, and only those asked for', () => {
    const wanted = ['accuracy', 'precision', 'f1_score', 'confusion_matrix', 'top_2_accuracy', 'top_3_accuracy'];
    const metrics = classificationMetrics(wanted, { probabilities, predictions }, labels);
    expect(Object.keys(metrics)).toEqual(['accuracy', 'precision', 'f1_score', 'top_2_accuracy', 'top_3_accuracy']);
    expect(metrics.accuracy).toBe(accuracy(predictions, labels));
    expect(metrics.top_2_accuracy).toBeCloseTo(keras.top_k[1], 6);
    expect(metrics.top_3_accuracy).toBeCloseTo(keras.top_k[2], 6);
    expect(metrics.f1_score).toBeCloseTo(keras.macro_f1_score, 6);
  });

  it('count no example as right whose probabilities are not numbers', () => {
    const broken = new Float32Array(3).fill(Number.NaN);
    expect(topKAccuracy(broken, Int32Array.of(1), 2)).toBe(0);
  });

  it('agree with each other on any predictions', () => {
    const example = fc.record({ label: fc.nat(3), prediction: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(example, { minLength: 1, maxLength: 40 }), (examples) => {
        const truth = Int32Array.from(examples, ({ label }) => label);
        const predicted = Int32Array.from(examples, ({ prediction }) => prediction);
        const matrix = confusionMatrix(truth, predicted, 4);
        const correct = matrix.reduce((total, row, index) => total + row[index], 0);
        expect(correct / examples.length).toBe(accuracy(predicted, truth));
        expect(matrix.flat().reduce((total, value) => total + value, 0)).toBe(examples.length);
        for (const { precision, recall, f1_score } of classScores(matrix)) {
          const harmonic = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
          expect(f1_score).toBeCloseTo(harmonic, 12);
        }
      }),
    );
  });
});
