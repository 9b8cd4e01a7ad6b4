import { beforeAll, describe as suite, expect, it } from 'vitest';
import { anova, type Anova, type Observation } from '../../../src/analysis/statistics/anova.js';
import { describe } from '../../../src/analysis/statistics/describe.js';
import * as distributions from '../../../src/analysis/statistics/distributions.js';
import { effectSize, hedgesCorrection } from '../../../src/analysis/statistics/effect-size.js';
import { equivalence } from '../../../src/analysis/statistics/equivalence.js';
import { holmAdjust } from '../../../src/analysis/statistics/holm.js';
import { sweepImportance } from '../../../src/analysis/statistics/importance.js';
import { bootstrapInterval, tInterval, wilsonInterval } from '../../../src/analysis/statistics/intervals.js';
import { mcnemar } from '../../../src/analysis/statistics/mcnemar.js';
import { pairedT, studentTest } from '../../../src/analysis/statistics/paired-t.js';
import { pairBySeed } from '../../../src/analysis/statistics/pairing.js';
import { signFlipTest } from '../../../src/analysis/statistics/permutation.js';
import { equivalencePower, pairedPower, seedsForDifference } from '../../../src/analysis/statistics/power.js';
import { wilcoxonSignedRank } from '../../../src/analysis/statistics/wilcoxon.js';
import { randomStream } from '../../../src/random.js';
import { expectClose } from '../../support/close.js';
import { askReference } from '../../support/statistics-reference.js';

type Values = number | null | readonly Values[] | { readonly [key: string]: Values };

interface Comparison {
  title: string;
  question: readonly [string, ...unknown[]];
  ours: Values;
  /** Relative. */
  tolerance?: number;
  /** Absolute, for numbers that are found by an approximation. */
  slack?: number;
}

const stream = randomStream(1, 'test/statistics');
/** Accuracies, as a variant's seeds give them. */
const accuracies = (n: number, center = 0.97) => Array.from({ length: n }, () => center + 0.004 * stream.normal());
const seeded = (values: readonly number[]) => new Map(values.map((value, seed) => [seed, value]));

function spreads(): Comparison[] {
  return [2, 3, 5, 20].flatMap((n): Comparison[] => {
    const values = accuracies(n);
    const { mean, standardDeviation, standardError, median, minimum, maximum } = describe(values);
    return [
      {
        title: `describe, n = ${n}`,
        question: ['describe', values],
        ours: [mean, standardDeviation, standardError, median, minimum, maximum],
      },
      { title: `t interval, n = ${n}`, question: ['t_interval', values, 0.9], ours: tInterval(values, 0.9) },
    ];
  });
}

function bootstraps(): Comparison[] {
  const skewed = Array.from({ length: 25 }, () => Math.exp(stream.normal()));
  const cases = { mean: accuracies(12), median: accuracies(31), std: skewed };
  const statistics = {
    mean: undefined,
    median: (values: Float64Array) => describe([...values]).median ?? NaN,
    std: (values: Float64Array) => (describe([...values]).standardDeviation ?? 0) * Math.sqrt(24 / 25),
  };
  return (['mean', 'median', 'std'] as const).map((name) => ({
    title: `BCa bootstrap interval of the ${name}`,
    question: ['bootstrap', cases[name], 0.9, name],
    ours: bootstrapInterval(cases[name], { confidence: 0.9, resamples: 20_000, statistic: statistics[name] }),
    // The ends are quantiles of random resamples on both sides.
    tolerance: 0.02,
  }));
}

function pairedComparisons(): Comparison[] {
  return [2, 3, 5, 12, 30].flatMap((n): Comparison[] => {
    const [first, second] = [accuracies(n, 0.973), accuracies(n)];
    const pairs = pairBySeed(seeded(first), seeded(second));
    const t = pairedT(pairs.differences, 0.99);
    const effect = effectSize(pairs);
    return [
      {
        title: `paired t, n = ${n}`,
        question: ['paired_t', first, second, 0.99],
        ours: [t.statistic, t.pValue, ...t.interval],
      },
      {
        title: `interval of d_z, n = ${n}`,
        question: ['noncentral_interval', t.statistic, n, 0.95],
        ours: effect?.dzInterval ?? null,
        tolerance: 1e-7,
        slack: 1e-8,
      },
      {
        title: `TOST, n = ${n}`,
        question: ['tost', first, second, 0.005],
        ours: equivalence(studentTest(pairs.differences), 0.005).pValue,
      },
    ];
  });
}

function rankAndSignTests(): Comparison[] {
  const tied = [3, -1, 1, 2, 2, -2, 4, 0, 1, 5, 0, 3];
  const samples = [[0.5], [1, 2], [-1, 2, 3], accuracies(9, 0.002), accuracies(25, 0.001), tied, [0, 1, -1]];
  const ranked = [
    ...samples,
    accuracies(50, 0),
    accuracies(80, 0.001),
    Array.from({ length: 70 }, () => stream.below(9) - 4),
  ];
  return [
    ...ranked.map((differences): Comparison => {
      const { statistic, pValue } = wilcoxonSignedRank(differences);
      return {
        title: `Wilcoxon, n = ${differences.length}`,
        question: ['wilcoxon', differences],
        ours: [statistic, pValue],
      };
    }),
    ...samples
      .filter(({ length }) => length > 1 && length <= 12)
      .map((differences): Comparison => {
        const question = ['sign_flip', differences] as const;
        return { title: `sign flips, n = ${differences.length}`, question, ours: signFlipTest(differences).pValue };
      }),
  ];
}

/** A 3 × 2 × 2 grid over seeds, of which the runs that `keep` names are there. */
function grid(keep: (index: number) => boolean): Observation[] {
  const runs = Array.from({ length: 3 * 2 * 2 * 4 }, (_, index) => {
    const [a, b, c, seed] = [index % 3, Math.floor(index / 3) % 2, Math.floor(index / 6) % 2, Math.floor(index / 12)];
    const value = 0.95 + 0.004 * a + 0.006 * b + 0.003 * a * b + 0.002 * seed + 0.004 * stream.normal();
    return { levels: { a: `a${a}`, b: `b${b}`, c: `c${c}` }, block: `s${seed}`, value };
  });
  return runs.filter((_, index) => keep(index));
}

function analysesOfVariance(): Comparison[] {
  const designs = { balanced: grid(() => true), unbalanced: grid((index) => index % 5 !== 0 && index % 7 !== 3) };
  return Object.entries(designs).flatMap(([design, runs]) => {
    const rows = runs.map(({ levels, block, value }) => ({ ...levels, seed: block, value }));
    const unblocked = runs.map(({ levels, value }) => ({ levels, value }));
    const factors = ['a', 'b', 'c'];
    return [
      { formula: 'value ~ (a + b + c) ** 2 + C(seed)', ours: anova(runs, { factors }) },
      { formula: 'value ~ a * b * c', ours: anova(unblocked, { factors, order: 3 }) },
      { formula: 'value ~ a + b + c', ours: anova(unblocked, { factors, order: 1 }) },
    ].map(({ formula, ours }) => ({
      title: `ANOVA, ${design}: ${formula}`,
      question: ['anova', rows, formula] as const,
      ours: tableOf(ours),
    }));
  });
}

/** As statsmodels lays it out. */
function tableOf({ terms, block, residual }: Anova): Values {
  const { sumOfSquares, degreesOfFreedom } = residual;
  const noise = sumOfSquares / degreesOfFreedom;
  const rows = terms.map((term) => [
    term.factors.join(':'),
    [term.degreesOfFreedom, term.sumOfSquares, term.statistic, term.pValue],
  ]);
  const table = Object.fromEntries(rows) as Record<string, Values>;
  const blockF = block && block.sumOfSquares / block.degreesOfFreedom / noise;
  return {
    ...table,
    ...(block && {
      'C(seed)': [
        block.degreesOfFreedom,
        block.sumOfSquares,
        blockF,
        distributions.fSurvival(blockF ?? 0, block.degreesOfFreedom, degreesOfFreedom),
      ],
    }),
    Residual: [degreesOfFreedom, sumOfSquares, null, null],
  };
}

function predictionTests(): Comparison[] {
  const tables = [
    [950, 3, 12, 35],
    [9700, 90, 60, 150],
    [10, 0, 1, 0],
    [5, 4, 4, 5],
  ];
  return [
    ...tables.map(([bothRight, onlyFirst, onlySecond, bothWrong]): Comparison => {
      const { pValue, statistic, approximatePValue } = mcnemar({ bothRight, onlyFirst, onlySecond, bothWrong });
      const table = [
        [bothRight, onlyFirst],
        [onlySecond, bothWrong],
      ];
      return {
        title: `McNemar, ${String(table)}`,
        question: ['mcnemar', table],
        ours: [pValue, statistic, approximatePValue],
      };
    }),
    ...[
      [0, 10],
      [7, 10],
      [9812, 10_000],
      [10, 10],
    ].map(([successes, trials]): Comparison => ({
      title: `Wilson, ${successes} of ${trials}`,
      question: ['wilson', successes, trials, 0.95],
      ours: wilsonInterval(successes, trials),
      slack: 1e-15,
    })),
  ];
}

function powers(): Comparison[] {
  const tests = [
    [2, 0.5, 0.05],
    [5, 1.2, 0.05],
    [30, 0.4, 0.01],
    [12, 0, 0.05],
    [8, 2, 0.001],
  ];
  const equivalences = [
    [5, 0, 0.002, 0.004, 0.05],
    [20, 0.001, 0.004, 0.003, 0.05],
    [3, 0, 0.01, 0.004, 0.05],
    [2, 0.0005, 0.001, 0.004, 0.05],
    [200, 0.0002, 0.004, 0.001, 0.01],
  ];
  return [
    ...tests.map(([n, effect, alpha]): Comparison => ({
      title: `power, n = ${n}, d = ${effect}`,
      question: ['power', n, effect, alpha],
      ours: pairedPower(n, { difference: effect * 0.01, standardDeviation: 0.01 }, alpha),
    })),
    ...equivalences.map(([n, difference, standardDeviation, margin, alpha]): Comparison => ({
      title: `TOST's power, n = ${n}, sd = ${standardDeviation}`,
      question: ['equivalence_power', n, difference, standardDeviation, margin, alpha],
      ours: equivalencePower(n, { difference, standardDeviation }, margin, alpha),
    })),
  ];
}

const comparisons: Comparison[] = [
  {
    title: 'distribution functions',
    question: ['distributions'],
    ours: {
      normal_cdf: [-8, -1.2, 0, 1.96].map(distributions.normalCdf),
      normal_quantile: [1e-9, 0.3, 0.975].map(distributions.normalQuantile),
      student_cdf: [
        [-300, 30],
        [-20, 9],
        [-1.3, 4],
        [0.7, 1],
        [2, 2],
      ].map(([t, df]) => distributions.studentCdf(t, df)),
      student_quantile: [
        [0.975, 1],
        [0.6, 3],
        [0.025, 4],
        [0.9995, 29],
      ].map(([p, df]) => distributions.studentQuantile(p, df)),
      f_survival: [
        [0.2, 1, 3],
        [3, 2, 7],
        [200, 4, 40],
      ].map(([f, a, b]) => distributions.fSurvival(f, a, b)),
      chi_square_survival: [
        [0.1, 1],
        [3.84, 1],
        [80, 3],
        [1e-6, 400],
      ].map(([x, df]) => distributions.chiSquareSurvival(x, df)),
      binomial_cdf: [
        [0, 1],
        [3, 10],
        [40, 100],
        [4800, 10000],
        [5, 5],
      ].map(([k, n]) => distributions.binomialCdf(k, n, 0.5)),
      noncentral_t_cdf: [
        [1, 1, 0.5],
        [2.5, 2, -1],
        [-1, 3, 2],
        [4, 9, 3],
        [30, 29, 25],
        [2, 200, 1.5],
        [25, 4, 8],
        [25, 400, 20],
        [80, 1, 0],
        [1000, 2, 900],
        [-30, 9, -25],
      ].map(([t, df, nc]) => distributions.noncentralTCdf(t, df, nc)),
    },
  },
  ...spreads(),
  ...bootstraps(),
  ...pairedComparisons(),
  ...rankAndSignTests(),
  ...analysesOfVariance(),
  ...predictionTests(),
  ...powers(),
  ...[2, 3, 9, 40].map((df): Comparison => ({
    title: `Hedges, ${df}`,
    question: ['hedges', df],
    ours: hedgesCorrection(df),
  })),
  ...[[0.01], [0.04, 0.01, 0.03, 0.2], [0.5, 0.5, 0.9]].map((family): Comparison => ({
    title: `Holm, ${String(family)}`,
    question: ['holm', family],
    ours: holmAdjust(family),
  })),
];

const trials = Array.from({ length: 40 }, () => {
  const parameters = { rate: 10 ** -stream.below(5), optimizer: ['sgd', 'adam', 'rmsprop'][stream.below(3)] };
  return { parameters, value: Math.log10(parameters.rate) ** 2 + stream.normal() };
});
const formulas = ['rank + np.power(rank, 2)', 'optimizer', 'rank + np.power(rank, 2) + optimizer'];
const seedQuestions = [
  [0.5, 0.05, 0.8],
  [1.5, 0.01, 0.9],
  [0.1, 0.05, 0.8],
] as const;

suite('statistics against SciPy and statsmodels', () => {
  let answers: unknown[] = [];

  beforeAll(async () => {
    const questions = comparisons.map(({ question: [name, ...args] }) => [name, args] as const);
    const rows = trials.map(({ parameters: { rate, optimizer }, value }) => ({ rank: rankOf(rate), optimizer, value }));
    answers = await askReference([
      ...questions,
      ...formulas.map((formula) => ['r_squared', [rows, `value ~ ${formula}`]] as const),
      ...seedQuestions.map((question) => ['seeds', question] as const),
    ]);
  });

  it.each(comparisons.map((comparison, index) => ({ ...comparison, index })))(
    '$title',
    ({ ours, index, tolerance = 1e-9, slack = 0 }) => {
      expectClose(ours, answers[index], { relative: tolerance, absolute: slack });
    },
  );

  it('shares R² between parameters by Shapley', () => {
    const [rate, optimizer, both] = answers.slice(comparisons.length) as number[];
    const shares = sweepImportance(trials, ['rate', 'optimizer']);
    expectClose(shares?.explained, both);
    // Two columns each, and a constant: what noise takes of R², as adjusted R² leaves it out.
    const noise = (2 * (1 - both)) / (trials.length - 5);
    const expected = { rate: (rate + both - optimizer) / 2 - noise, optimizer: (optimizer + both - rate) / 2 - noise };
    for (const { parameters, share } of shares?.shares ?? []) {
      expectClose(share, Math.max(0, expected[parameters[0] as 'rate' | 'optimizer']));
    }
  });

  it('needs as many seeds as statsmodels', () => {
    const expected = (answers.slice(-seedQuestions.length) as number[]).map(Math.ceil);
    const ours = seedQuestions.map(([effect, alpha, power]) =>
      seedsForDifference({ difference: -effect, standardDeviation: 1 }, { alpha, power }),
    );
    expect(ours).toEqual(expected);
  });
});

/** Ties share their mean rank. */
function rankOf(rate: number): number {
  const lower = trials.filter(({ parameters }) => parameters.rate < rate).length;
  const equal = trials.filter(({ parameters }) => parameters.rate === rate).length;
  return lower + (equal + 1) / 2;
}
