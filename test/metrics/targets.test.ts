import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryTarget } from '../../src/data/columns/binary.js';
import { multiLabelTarget } from '../../src/data/columns/multi-label.js';
import { numberTarget } from '../../src/data/columns/number.js';
import { UNSCALED } from '../../src/data/columns/target-kind.js';
import type { TargetColumn } from '../../src/data/dataset.js';
import type { FittedTarget } from '../../src/data/fitted.js';
import { precisionRecallCurve, rocCurve } from '../../src/metrics/ranking.js';
import { type ThresholdGoal, chooseThreshold } from '../../src/metrics/thresholds.js';
import { labelScores } from '../../src/metrics/multi-label.js';
import { chanceLevel } from '../../src/metrics/classification.js';
import { randomStream } from '../../src/random.js';

import { askPython, testPython } from '../support/python.js';

interface Set {
  truth: number[];
  predicted: number[];
}

const random = randomStream(1, 'test/targets');
const prices = Array.from({ length: 200 }, () => 50_000 + Math.round(1e6 * random.uniform()));

const NUMBERS: Record<string, Set> = {
  'of a fair model': { truth: prices, predicted: prices.map((price) => Math.fround(price + 1e5 * random.normal())) },
  'of a model worse than the mean': { truth: prices, predicted: prices.map((price) => Math.fround(-price)) },
  'of a constant truth': { truth: [3, 3, 3], predicted: [3, 3, 4] },
  'of a constant truth, found': { truth: [3, 3, 3], predicted: [3, 3, 3] },
};

/** Probabilities as float32 has them, of which many are equal. */
const levels = Array.from({ length: 300 }, () => Math.fround(random.below(20) / 19));

const RANKINGS: Record<string, Set> = {
  'with many equal values': { truth: levels.map((level) => Number(random.uniform() < level)), predicted: levels },
  'without a yes': { truth: [0, 1, 0, 1], predicted: [0.1, 0.2, 0.3, 0.4].map(Math.fround) },
  'at the threshold': { truth: [0, 1, 1], predicted: [0.5, 0.5, 0.75] },
};

/** Rows of three labels, of which the last is rare, or none has it. */
function labelled(rareness: number): { truth: number[][]; predicted: number[][] } {
  const rows = Array.from({ length: 200 }, () => [random.uniform(), random.uniform(), rareness * random.uniform()]);
  return {
    truth: rows.map((row) => row.map((share) => Number(random.uniform() < share))),
    predicted: rows.map((row) => row.map((share) => Math.fround(Math.round(10 * (share + random.uniform())) / 20))),
  };
}

const LABELS = { 'with a rare one': labelled(0.1), 'with one that no row has': labelled(0) };
/** Of classes. */
const CLASSES = [[0, 1, 2, 1], [3], Array.from({ length: 500 }, () => random.below(7))];
const SEVERAL = { truth: prices.map((price, row) => [price, row % 7]), predicted: prices.map((price, row) => [price + row, Math.fround(row / 30)]) }; // prettier-ignore

/** What scikit-learn says. */
interface Expected {
  numbers: Record<string, number>[];
  rankings: Record<string, number>[];
  curves: { roc: number[][]; precision_recall: number[][]; best_f1: number; best_balanced: number }[];
  labels: { all: Record<string, number>; each: Record<string, number>[] }[];
  several: Record<string, number>[];
  chance: number[];
}

let expected: Expected;

const fitted = (target: Partial<TargetColumn>, scale: FittedTarget['scale'] = UNSCALED): FittedTarget => ({
  column: { name: 'target', type: 'number', classes: [], ...target },
  scale,
});

beforeAll(async () => {
  const script = fileURLToPath(new URL('sklearn_scores.py', import.meta.url));
  const question = {
    numbers: Object.values(NUMBERS),
    rankings: Object.values(RANKINGS),
    labels: Object.values(LABELS),
    several: [SEVERAL],
    chance: CLASSES,
  };
  expected = await askPython(await testPython(), script, question);
});

function expectScores(actual: Record<string, number>, wanted: Record<string, number>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, value] of Object.entries(wanted))
    expect(Math.abs(actual[name] - value), name).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
}

describe('the scores of numbers are those of scikit-learn', () => {
  it.each(Object.entries(NUMBERS))('%s', (name, { truth, predicted }) => {
    const wanted = expected.numbers[Object.keys(NUMBERS).indexOf(name)];
    const outputs = Float32Array.from(predicted);
    expectScores(numberTarget.measure(Object.keys(wanted), outputs, Float64Array.from(truth), fitted({})), wanted);
  });

  it('in the unit of the target, whatever it is scaled by', () => {
    const scale = { mean: 500_000, standardDeviation: 250_000 };
    const outputs = Float32Array.of(-1, 0, 2);
    const truth = Float64Array.of(250_000, 500_000, 900_000);
    const { mean_absolute_error: error } = numberTarget.measure([], outputs, truth, fitted({}, scale));
    expect(error).toBeCloseTo(100_000 / 3, 9);
  });
});

describe('the scores of a binary target are those of scikit-learn', () => {
  it.each(Object.entries(RANKINGS))('%s', (name, { truth, predicted }) => {
    const wanted = expected.rankings[Object.keys(RANKINGS).indexOf(name)];
    const outputs = Float32Array.from(predicted);
    expectScores(
      binaryTarget.measure(
        Object.keys(wanted),
        outputs,
        Int32Array.from(truth),
        fitted({ type: 'binary', classes: ['no', 'yes'] }),
      ),
      wanted,
    );
  });
});

describe('the curves of a binary target are those of scikit-learn', () => {
  it.each(Object.entries(RANKINGS))('%s', (name, { truth, predicted }) => {
    const wanted = expected.curves[Object.keys(RANKINGS).indexOf(name)];
    const positive = (row: number): boolean => truth[row] === 1;
    const drawn = [rocCurve(predicted, positive), precisionRecallCurve(predicted, positive)];
    [wanted.roc, wanted.precision_recall].forEach((points, curve) => {
      expect(drawn[curve]).toHaveLength(points.length);
      points.forEach(([x, y], at) => {
        expect(drawn[curve][at].x).toBeCloseTo(x, 12);
        expect(drawn[curve][at].y).toBeCloseTo(y, 12);
      });
    });
  });

  it.each(Object.entries(RANKINGS))('and its threshold is as good as any: %s', (name, { truth, predicted }) => {
    const wanted = expected.curves[Object.keys(RANKINGS).indexOf(name)];
    const scoresAt = (threshold: number): Record<string, number> =>
      binaryTarget.measure(['f1_score'], Float32Array.from(predicted), Int32Array.from(truth), {
        ...fitted({ type: 'binary', classes: ['no', 'yes'] }),
        thresholds: [threshold],
      });
    const choose = (goal: ThresholdGoal): number => chooseThreshold(predicted, (row) => truth[row] === 1, goal);
    expect(scoresAt(choose('f1_score')).f1_score).toBeCloseTo(wanted.best_f1, 9);
    const threshold = choose('balanced_accuracy');
    const shareOf = (value: number): number => {
      const own = predicted.filter((_, row) => truth[row] === value);
      return own.filter((probability) => Number(probability > threshold) === value).length / own.length;
    };
    expect((shareOf(0) + shareOf(1)) / 2).toBeCloseTo(wanted.best_balanced, 9);
  });
});

describe('the scores of labels are those of scikit-learn', () => {
  it.each(Object.entries(LABELS))('%s', (name, { truth, predicted }) => {
    const { all, each } = expected.labels[Object.keys(LABELS).indexOf(name)];
    const outputs = Float32Array.from(predicted.flat());
    const values = Int32Array.from(truth.flat());
    const classes = ['a', 'b', 'c'];
    expectScores(multiLabelTarget.measure(Object.keys(all), outputs, values, fitted({ classes })), all);
    const scores = labelScores({ probabilities: outputs, truth: values, thresholds: [0.5, 0.5, 0.5] });
    scores.forEach((of, label) => {
      expectScores({ ...of }, each[label]);
    });
  });
});

it('the scores of several numbers are the means of scikit-learn', () => {
  const [wanted] = expected.several;
  const outputs = Float32Array.from(SEVERAL.predicted.flat());
  const target = fitted({ columns: ['price', 'rooms'] }, [UNSCALED, UNSCALED]);
  expectScores(
    numberTarget.measure(Object.keys(wanted), outputs, Float64Array.from(SEVERAL.truth.flat()), target),
    wanted,
  );
});
describe('the chance level', () => {
  it('is what scikit-learn’s DummyClassifier scores', () => {
    expect(CLASSES.map((labels) => chanceLevel(labels))).toEqual(expected.chance);
  });

  it('is of some rows, of none 0', () => {
    expect(chanceLevel(CLASSES[0], Int32Array.of(1, 2, 3))).toBe(2 / 3);
    expect(chanceLevel([])).toBe(0);
  });
});
