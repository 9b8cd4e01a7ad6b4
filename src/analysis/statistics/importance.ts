import { UserError } from '../../errors.js';
import { indicatorsOf, subsetsOf } from './anova.js';
import { mean, requireSample } from './describe.js';
import { directionsBeyond, dot, sumOfSquaresAlong } from './projection.js';
import { meanRanks } from './wilcoxon.js';

/** A cell of a grid: its levels, and its value for each seed. */
export interface GridCell {
  levels: Readonly<Record<string, string>>;
  values: readonly number[];
}

/** How much of a variance one parameter, or several together beyond each alone, account for. */
export interface Importance {
  parameters: string[];
  /** In [0, 1]. */
  share: number;
}

export interface GridImportance {
  /** Largest share first. With the interactions of all orders shares sum to 1. */
  shares: Importance[];
  /** Of the variance between the cells' means, what noise alone would be expected to make; null if all n are 1. */
  noise: number | null;
}

/**
 * Parameter importance on a full grid: the functional ANOVA (Hooker 2007; Hutter, Hoos and Leyton-Brown 2014) of the
 * cells' means. On a full grid it is exact: no surrogate model is needed.
 * @returns null where the grid has gaps, and shares would not add up
 */
export function gridImportance(cells: readonly GridCell[], parameters: readonly string[]): GridImportance | null {
  for (const { values } of cells) requireSample(values, 1);
  if (!isFullGrid(cells, parameters)) return null;
  const means = cells.map(({ values }) => mean(values));
  const total = populationVariance(means);
  const variances = new Map<string[], number>();
  for (const subset of subsetsOf(parameters, parameters.length)) {
    variances.set(subset, ownVariance(cells, means, subset, variances));
  }
  const shares = [...variances].map(([subset, variance]) => ({
    parameters: subset,
    share: total === 0 ? 0 : variance / total,
  }));
  return { shares: shares.sort((a, b) => b.share - a.share), noise: noiseShare(cells, total) };
}

function isFullGrid(cells: readonly GridCell[], parameters: readonly string[]): boolean {
  const distinct = new Set(cells.map(({ levels }) => keyOf(levels, parameters)));
  const size = parameters.reduce((product, name) => product * new Set(cells.map((c) => c.levels[name])).size, 1);
  return distinct.size === cells.length && cells.length === size;
}

function keyOf(levels: Readonly<Record<string, string>>, parameters: readonly string[]): string {
  return JSON.stringify(parameters.map((name) => levels[name]));
}

/** The variance of the means over these parameters' levels, less what its proper subsets account for. */
function ownVariance(
  cells: readonly GridCell[],
  means: readonly number[],
  subset: readonly string[],
  known: ReadonlyMap<readonly string[], number>,
): number {
  const groups = new Map<string, number[]>();
  cells.forEach(({ levels }, i) => {
    const key = keyOf(levels, subset);
    groups.set(key, [...(groups.get(key) ?? []), means[i]]);
  });
  const variance = populationVariance([...groups.values()].map(mean));
  const within = [...known].filter(([other]) => other.every((name) => subset.includes(name)));
  return Math.max(
    0,
    within.reduce((rest, [, share]) => rest - share, variance),
  );
}

function noiseShare(cells: readonly GridCell[], total: number): number | null {
  const repeated = cells.filter(({ values }) => values.length > 1);
  if (repeated.length === 0 || total === 0) return null;
  // Of the cells' own variances of the mean; those with one seed are taken to be like the others.
  const ofMeans = repeated.map(({ values }) => populationVariance(values) / (values.length - 1));
  return Math.min(1, (mean(ofMeans) * (cells.length - 1)) / cells.length / total);
}

function populationVariance(values: readonly number[]): number {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
}

/** One trial of a random or Bayesian sweep. */
export interface Trial {
  parameters: Readonly<Record<string, number | string | boolean>>;
  value: number;
}

export interface SweepImportance {
  /** Largest share first; they sum to `explained`. */
  shares: Importance[];
  /** R² of the regression: the part of the variance that all parameters together account for. */
  explained: number;
}

/** All subsets of parameters are regressed on: 2^10 small regressions. */
const MOST_PARAMETERS = 10;

/**
 * Parameter importance in a sweep that is no grid: Shapley shares of R² (Lindeman, Merenda and Gold 1980; Grömping,
 * "Estimators of relative importance in linear regression", 2007). A numeric parameter enters as its rank and the rank
 * squared, which is blind to its scale (linear or logarithmic) and follows a rise, a fall or one bend; any other as its
 * levels. Interactions aren't modelled and stay unexplained.
 * @returns null where there are too few trials for the regression to mean anything (below twice its coefficients)
 * @throws UserError `too-many-parameters` above 10
 */
export function sweepImportance(trials: readonly Trial[], parameters: readonly string[]): SweepImportance | null {
  requireFew(parameters);
  const outcomes = trials.map(({ value }) => value);
  requireSample(outcomes, 1);
  const columns = parameters.map((name) => regressorsOf(trials.map((trial) => trial.parameters[name])));
  if (trials.length < 2 * (1 + columns.flat().length)) return null;
  const center = mean(outcomes);
  const values = Float64Array.from(outcomes, (value) => value - center);
  const explained = explainedBySubset(columns, values);
  const shares = parameters.map((name, index) => ({
    parameters: [name],
    share: shapleyShare(explained, index, parameters.length),
  }));
  return { shares: shares.sort((a, b) => b.share - a.share), explained: explained[explained.length - 1] };
}

function requireFew(parameters: readonly string[]): void {
  if (parameters.length <= MOST_PARAMETERS) return;
  throw new UserError(`Expected at most ${MOST_PARAMETERS} parameters, received ${parameters.length}.`, {
    code: 'too-many-parameters',
    hint: 'Name the parameters whose importance you want to know.',
  });
}

function regressorsOf(settings: readonly (number | string | boolean)[]): Float64Array[] {
  if (settings.every((setting) => typeof setting === 'number')) {
    const middle = (settings.length + 1) / 2;
    const ranks = Float64Array.from(meanRanks(settings), (rank) => (rank - middle) / settings.length);
    return ranks.every((rank) => rank === 0) ? [] : [ranks, ranks.map((rank) => rank ** 2)];
  }
  return indicatorsOf(settings.map(String));
}

/** R² of the regression on each subset; bit i of an index says whether parameter i is in. */
function explainedBySubset(columns: readonly Float64Array[][], values: Float64Array): Float64Array {
  const total = dot(values, values);
  const constant = directionsBeyond([], [new Float64Array(values.length).fill(1)]);
  return Float64Array.from({ length: 2 ** columns.length }, (_, subset) => {
    const chosen = columns.filter((_, index) => subset & (1 << index)).flat();
    return total === 0 ? 0 : sumOfSquaresAlong(directionsBeyond(constant, chosen), values) / total;
  });
}

/** What a parameter adds to R², averaged over all orders in which parameters can enter. */
function shapleyShare(explained: Float64Array, index: number, parameters: number): number {
  const own = 1 << index;
  let share = 0;
  for (let subset = 0; subset < explained.length; subset++) {
    if (subset & own) continue;
    share += orderWeight(bitCount(subset), parameters) * (explained[subset | own] - explained[subset]);
  }
  return Math.max(0, share);
}

/** |S|! (p − |S| − 1)! / p!: the chance that just the parameters S come before in a random order. */
function orderWeight(before: number, parameters: number): number {
  let weight = 1 / parameters;
  for (let i = 1; i <= before; i++) weight *= i / (parameters - i);
  return weight;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
}
