import { beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/analysis/statistics/anova.js';
import { correctedT } from '../../../src/analysis/statistics/corrected-t.js';
import { chiSquareQuantile, fQuantile } from '../../../src/analysis/statistics/distributions.js';
import { varianceComponents } from '../../../src/analysis/statistics/variance-components.js';
import { randomStream } from '../../../src/random.js';
import { expectClose } from '../../support/close.js';
import { askReference, type Question } from '../../support/statistics-reference.js';

const SOURCES = ['split', 'initialization', 'order'];

/** An orthogonal array of three sources with so many seeds each. @param spreads of their effects and of the rest */
function crossed(size: number, spreads: readonly number[], seed = 1): Observation[] {
  const stream = randomStream(seed, 'test/chance');
  const effects = spreads.slice(0, 3).map((spread) => Array.from({ length: size }, () => spread * stream.normal()));
  return Array.from({ length: size ** 2 }, (_, i) => {
    const [a, b] = [Math.floor(i / size), i % size];
    const levels = [a, b, (a + b) % size];
    const value = levels.reduce(
      (sum, level, source) => sum + effects[source][level],
      0.9 + spreads[3] * stream.normal(),
    );
    return { levels: Object.fromEntries(SOURCES.map((source, j) => [source, `s${levels[j]}`])), value };
  });
}

const rowsOf = (runs: readonly Observation[]) => runs.map(({ levels, value }) => ({ ...levels, value }));
const differences = (n: number) => {
  const stream = randomStream(n, 'test/corrected');
  return Array.from({ length: n }, () => 0.002 + 0.004 * stream.normal());
};

const DESIGN = crossed(5, [0.01, 0.004, 0.001, 0.003]);
const SMALL = crossed(3, [0.01, 0, 0, 0.003], 4);
const FOLDS = [
  { values: differences(5), share: 1 / 4 },
  { values: differences(30), share: 1 / 9 },
  { values: differences(2), share: 0.5 },
];

let answers: Map<Question, unknown>;
const QUESTIONS = {
  quantiles: ['quantiles', []],
  design: ['variance_components', [rowsOf(DESIGN), SOURCES, 5, 0.95]],
  small: ['variance_components', [rowsOf(SMALL), SOURCES, 3, 0.9]],
  reml: ['reml', [rowsOf(DESIGN), SOURCES]],
  folds: FOLDS.map(({ values, share }): Question => ['corrected_t', [values, share, 0.95]]),
} as const satisfies Record<string, Question | Question[]>;

beforeAll(async () => {
  const asked = Object.values(QUESTIONS).flatMap((each): Question[] =>
    typeof each[0] === 'string' ? [each as Question] : each,
  );
  const told = await askReference(asked);
  answers = new Map(asked.map((question, i) => [question, told[i]]));
});

function told(runs: readonly Observation[], confidence: number) {
  const found = varianceComponents(runs, SOURCES, confidence);
  const components = SOURCES.map((source) => {
    const one = found?.components.find((each) => each.source === source);
    return [one?.variance, ...(one?.interval ?? []), one?.pValue];
  });
  return [components, [found?.rest.variance, ...(found?.rest.interval ?? [])]];
}

describe('quantiles', () => {
  it('of F and χ² are SciPy’s', () => {
    const f = [
      [0.025, 4, 8],
      [0.975, 4, 8],
      [0.975, 1, 3],
      [0.025, 30, 2],
      [0.5, 6, 24],
    ].map(([p, a, b]) => fQuantile(p, a, b));
    const chi = [
      [0.025, 1],
      [0.975, 1],
      [0.025, 8],
      [0.975, 24],
      [0.5, 3],
    ].map(([p, df]) => chiSquareQuantile(p, df));
    expectClose([f, chi], answers.get(QUESTIONS.quantiles));
  });
});

describe('the corrected resampled t test', () => {
  it('is scikit-learn’s', () => {
    FOLDS.forEach(({ values, share }, i) => {
      const { interval, pValue } = correctedT(values, share);
      expectClose([...interval, pValue], answers.get(QUESTIONS.folds[i]));
    });
  });
});

describe('variance components', () => {
  it('are the mean squares’ of statsmodels, with Williams’s intervals', () => {
    expectClose(told(DESIGN, 0.95), answers.get(QUESTIONS.design));
    expectClose(told(SMALL, 0.9), answers.get(QUESTIONS.small));
  });

  it('of balanced runs are what REML comes to', () => {
    const found = varianceComponents(DESIGN, SOURCES);
    const ours = SOURCES.map((source) => found?.components.find((each) => each.source === source)?.variance);
    expect(found?.isBalanced).toBe(true);
    expectClose([...ours, found?.rest.variance], answers.get(QUESTIONS.reml), { relative: 2e-3 });
  });

  it('add up, and say so where runs are missing', () => {
    const found = varianceComponents(DESIGN.slice(2), SOURCES);
    expect(found?.isBalanced).toBe(false);
    const shares = [...(found?.components ?? []), found?.rest].map((one) => one?.share ?? NaN);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
  });

  it('are not told where nothing is left to tell the rest from, or nothing varies', () => {
    const two = DESIGN.filter(({ levels }) => levels.order === 's0');
    expect(varianceComponents(two, ['split', 'initialization'])).toBeNull();
    expect(
      varianceComponents(
        DESIGN.map((run) => ({ ...run, value: 0.5 })),
        SOURCES,
      ),
    ).toBeNull();
  });

  it('have intervals that hold the truth as often as they say', () => {
    const truth = [0.01, 0.004, 0, 0.003];
    const studies = 600;
    const held = SOURCES.map(() => 0);
    let falselyFound = 0;
    for (let i = 0; i < studies; i++) {
      const found = varianceComponents(crossed(5, truth, 1000 + i), SOURCES);
      SOURCES.forEach((source, j) => {
        const one = found?.components.find((each) => each.source === source);
        if (!one) throw new Error('no component');
        if (one.interval[0] <= truth[j] && truth[j] <= one.interval[1]) held[j]++;
        if (truth[j] === 0 && one.pValue < 0.05) falselyFound++;
      });
    }
    // Three standard errors of Monte Carlo below 95 %.
    for (const count of held) expect(count / studies).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / studies));
    expect(falselyFound / studies).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / studies));
  });
});
