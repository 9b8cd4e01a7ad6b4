import { UserError } from '../../text/errors.js';
import { indicatorsOf, subsetsOf } from './anova.js';
import { mean, requireSample } from './describe.js';
import { explainedShares, type Part } from './explained.js';
import type { Interval } from './intervals.js';
import { directionsBeyond, dot, sumOfSquaresAlong } from './projection.js';
import { meanRanks } from './wilcoxon.js';

/** A cell of a grid: its levels, and its value for each seed. */
export interface GridCell {
  levels: Readonly<Record<string, string>>;
  values: readonly number[];
  /** Of its values, to take out the luck that a seed has in all cells. */
  seeds?: readonly number[];
}

/** How much of a variance one parameter, or several together beyond each alone, account for. */
export interface Importance {
  parameters: string[];
  /** In [0, 1]. */
  share: number;
  /** At 95 %; absent where noise isn't known. */
  interval?: Interval | null;
}

export interface GridImportance {
  /**
   * Largest share first. Of the variance of all runs where noise is known, without what noise would seem to explain
   * (omega squared); else of the variance between cells: then they sum to 1.
   */
  shares: Importance[];
  /** The share of the variance of runs that is noise between seeds; null if all n are 1. */
  noise: number | null;
}

/**
 * Parameter importance on a full grid: the functional ANOVA (Hooker 2007; Hutter, Hoos and Leyton-Brown 2014) of the
 * cells' means, exact, less what the noise between seeds would seem to explain.
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
  const residual = residualOf(cells, means);
  if (residual.degreesOfFreedom > 0 && residual.sumOfSquares > 0) return withoutNoise(cells, variances, residual);
  const shares = [...variances].map(([subset, variance]) => ({
    parameters: subset,
    share: total === 0 ? 0 : variance / total,
  }));
  const isMeasured = residual.degreesOfFreedom > 0;
  return { shares: shares.sort((a, b) => b.share - a.share), noise: isMeasured && total > 0 ? 0 : null };
}

function withoutNoise(
  cells: readonly GridCell[],
  variances: ReadonlyMap<string[], number>,
  residual: Part,
): GridImportance {
  // Of cells with unequal numbers of seeds the harmonic mean is what their means are worth.
  const perCell = cells.length / cells.reduce((sum, { values }) => sum + 1 / values.length, 0);
  const runs = perCell * cells.length;
  const levels = (name: string): number => new Set(cells.map((cell) => cell.levels[name])).size;
  const terms = [...variances].map(([subset, variance]) => ({
    degreesOfFreedom: subset.reduce((product, name) => product * (levels(name) - 1), 1),
    sumOfSquares: runs * variance,
  }));
  const explained = explainedShares(terms, residual, runs);
  const shares = [...variances.keys()].map((subset, i) => ({ parameters: subset, ...explained[i] }));
  const sum = shares.reduce((total, { share }) => total + share, 0);
  return { shares: shares.sort((a, b) => b.share - a.share), noise: Math.max(0, 1 - sum) };
}

/** What is left of the values without their cells' means and, where all cells have the same seeds, without the seeds'. */
function residualOf(cells: readonly GridCell[], means: readonly number[]): Part {
  const seeds = cells[0].seeds ?? [];
  const isBlocked =
    seeds.length > 1 &&
    cells.every((cell) => cell.seeds?.length === seeds.length && cell.seeds.every((seed, i) => seed === seeds[i]));
  const luck = seeds.map((_, i) => (isBlocked ? mean(cells.map(({ values }, cell) => values[i] - means[cell])) : 0));
  const squares = cells.map(({ values }, cell) =>
    values.reduce((sum, value, i) => sum + (value - means[cell] - (isBlocked ? luck[i] : 0)) ** 2, 0),
  );
  const within = cells.reduce((sum, { values }) => sum + values.length - 1, 0);
  return {
    degreesOfFreedom: isBlocked ? within - (seeds.length - 1) : within,
    sumOfSquares: squares.reduce((sum, each) => sum + each, 0),
  };
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
  /** Largest share first: of R², less what as many columns of noise would seem to explain (adjusted R²). */
  shares: Importance[];
  /** R² of the regression: the part of the variance that all parameters together seem to account for. */
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
  const all = explained[explained.length - 1];
  // Each column of noise takes so much of R² (Ezekiel's adjusted R², 1930, of which this is a column's part).
  const noise = (1 - all) / Math.max(1, trials.length - 1 - columns.flat().length);
  const shares = parameters.map((name, index) => ({
    parameters: [name],
    share: Math.max(0, shapleyShare(explained, index, parameters.length) - noise * columns[index].length),
  }));
  return { shares: shares.sort((a, b) => b.share - a.share), explained: all };
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
