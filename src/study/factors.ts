import { answerQuestion } from '../analysis/answer.js';
import type { Answer } from '../analysis/answer.js';
import { marginalValues, type GridRun } from '../analysis/marginal-effects.js';
import { anova, type Anova } from '../analysis/statistics/anova.js';
import { mean } from '../analysis/statistics/describe.js';
import { gridImportance, sweepImportance, type GridCell, type Importance } from '../analysis/statistics/importance.js';
import { tInterval } from '../analysis/statistics/intervals.js';
import type { SweepMetric } from '../config/experiment.js';
import { shortKey, valueLabel } from '../config/sweep-label.js';
import type { Json } from '../config/tree.js';
import type { Factor, FactorLevel, Interaction, StudyVariant } from './study.js';

/** What a sweep varied, and what became of it. */
export interface Effects {
  factors: Factor[];
  interactions: Interaction[];
}

/** How the levels of a factor are compared. */
export interface EffectOptions {
  metric: SweepMetric;
  margin?: number;
  alpha?: number;
}

/** Of more parameters no importance is computed: it takes all their subsets. */
const MOST_PARAMETERS = 8;
/** About so many multiplications are an analysis of variance worth: some seconds. */
const MOST_WORK = 2e9;

/** A variant as a cell of a grid: its levels as text, its values by seed. */
interface Cell extends GridCell {
  runs: GridRun[];
  given: Record<string, Json>;
}

/**
 * The effect of each parameter with all others averaged over, and of each two together. Shares of the variance and
 * p-values are there for full grids; for other sweeps shares alone, if there are trials enough.
 * @param variants of one sweep
 */
export function effectsOf(variants: readonly StudyVariant[], options: EffectOptions): Effects {
  const keys = keysThatVary(variants);
  const cells = variants.map((variant) => cellOf(variant, keys)).filter(({ values }) => values.length > 0);
  const shares = keys.length > MOST_PARAMETERS ? null : gridShares(cells, keys, variants.length);
  const tests = shares ? varianceTests(cells, keys) : null;
  const others = shares || keys.length > MOST_PARAMETERS ? null : sweepShares(cells, keys);
  const factors = keys.map((key) => ({
    key,
    levels: levelsOf(key, cells, shares !== null),
    importance: shareOf([key], shares ?? others),
    pValue: pValueOf([key], tests),
    answer: shares && keys.length > 1 ? answerOf(key, keys, cells, options) : null,
  }));
  return {
    factors: factors.sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0)),
    interactions: shares ? interactionsOf(keys, cells, shares, tests) : [],
  };
}

function keysThatVary(variants: readonly StudyVariant[]): string[] {
  const keys = [...new Set(variants.flatMap(({ values }) => Object.keys(values)))];
  return keys.filter((key) => new Set(variants.map(({ values }) => levelText(values, key))).size > 1);
}

/** A level as text; a parameter that a variant doesn't have has a level of its own. */
function levelText(values: Record<string, Json>, key: string): string {
  return Object.hasOwn(values, key) ? JSON.stringify(values[key]) : 'absent';
}

function cellOf({ values, runs }: StudyVariant, keys: readonly string[]): Cell {
  const levels = Object.fromEntries(keys.map((key) => [key, levelText(values, key)]));
  const counted = runs.flatMap(({ seed, value }) => (value === null ? [] : [{ levels, seed, value }]));
  return { levels, values: counted.map(({ value }) => value), runs: counted, given: values };
}

function gridShares(cells: readonly Cell[], keys: readonly string[], variants: number): readonly Importance[] | null {
  if (cells.length < variants || keys.length === 0) return null;
  return gridImportance(cells, keys)?.shares ?? null;
}

function sweepShares(cells: readonly Cell[], keys: readonly string[]): readonly Importance[] | null {
  if (keys.length === 0) return null;
  const trials = cells.map(({ given, values }) => {
    const parameters = keys.map((key): [string, number | string | boolean] => {
      const value = Object.hasOwn(given, key) ? given[key] : 'absent';
      return [key, typeof value === 'object' ? JSON.stringify(value) : value];
    });
    return { parameters: Object.fromEntries(parameters), value: mean(values) };
  });
  return trials.length === 0 ? null : (sweepImportance(trials, keys)?.shares ?? null);
}

function varianceTests(cells: readonly Cell[], keys: readonly string[]): Anova | null {
  const runs = cells.flatMap((cell) => cell.runs);
  const sizes = keys.map((key) => new Set(cells.map(({ levels }) => levels[key])).size - 1);
  const pairs = sizes.flatMap((size, i) => sizes.slice(i + 1).map((other) => size * other));
  const columns = [...sizes, ...pairs].reduce((sum, size) => sum + size, new Set(runs.map(({ seed }) => seed)).size);
  if (runs.length < 2 || runs.length * columns ** 2 * (sizes.length + pairs.length) > MOST_WORK) return null;
  return anova(
    runs.map(({ levels, seed, value }) => ({ levels, block: String(seed), value })),
    { factors: keys, order: 2 },
  );
}

function shareOf(keys: readonly string[], shares: readonly Importance[] | null): number | null {
  const found = shares?.find(
    ({ parameters }) => parameters.length === keys.length && keys.every((key) => parameters.includes(key)),
  );
  return found ? found.share : null;
}

function pValueOf(keys: readonly string[], tests: Anova | null): number | null {
  const found = tests?.terms.find(
    ({ factors }) => factors.length === keys.length && keys.every((key) => factors.includes(key)),
  );
  return found?.pValue ?? null;
}

/** The levels of a parameter: of numbers in ascending order, else as they come. */
function valuesOf(key: string, cells: readonly Cell[]): Json[] {
  const values = new Map(
    cells.map(({ levels, given }) => [levels[key], Object.hasOwn(given, key) ? given[key] : null]),
  );
  const levels = [...values.values()];
  return levels.every((level) => typeof level === 'number') ? levels.toSorted((a, b) => a - b) : levels;
}

function levelsOf(key: string, cells: readonly Cell[], isGrid: boolean): FactorLevel[] {
  const runs = cells.flatMap((cell) => cell.runs);
  // On a full grid a level's interval is of its means for each seed: the other parameters' effects are no noise.
  const bySeed = isGrid ? marginalValues(runs, key) : new Map<string, ReadonlyMap<number, number>>();
  return valuesOf(key, cells).map((value) => {
    const own = runs.filter(({ levels }) => levels[key] === JSON.stringify(value)).map((run) => run.value);
    const seeds = [...(bySeed.get(JSON.stringify(value))?.values() ?? [])];
    const sample = seeds.length > 1 ? seeds : own;
    const interval = sample.length > 0 ? tInterval(sample) : null;
    return {
      value,
      n: own.length,
      mean: sample.length > 0 ? mean(sample) : NaN,
      interval: interval && { lower: interval[0], upper: interval[1] },
    };
  });
}

/** Which level is best, all other parameters averaged over, seed by seed. */
function answerOf(key: string, keys: readonly string[], cells: readonly Cell[], options: EffectOptions): Answer {
  const bySeed = marginalValues(
    cells.flatMap((cell) => cell.runs),
    key,
  );
  const variants = valuesOf(key, cells).map((value) => ({
    name: `${shortKey(key, keys)}=${valueLabel(value)}`,
    values: bySeed.get(JSON.stringify(value)) ?? new Map<number, number>(),
    leftOut: { failed: 0, pruned: 0 },
  }));
  return answerQuestion({ question: null, variants, ...options });
}

function interactionsOf(
  keys: readonly string[],
  cells: readonly Cell[],
  shares: readonly Importance[],
  tests: Anova | null,
): Interaction[] {
  const pairs = keys.flatMap((first, i) => keys.slice(i + 1).map((second): [string, string] => [first, second]));
  return pairs.map((factors) => ({
    factors,
    importance: shareOf(factors, shares),
    pValue: pValueOf(factors, tests),
    means: meansOf(factors, cells),
  }));
}

function meansOf([first, second]: [string, string], cells: readonly Cell[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const { levels, values } of cells) {
    const key = `${levels[first]}\n${levels[second]}`;
    const group = groups.get(key);
    if (group) group.push(mean(values));
    else groups.set(key, [mean(values)]);
  }
  const texts = [first, second].map((key) => valuesOf(key, cells).map((value) => JSON.stringify(value)));
  return texts[0].map((row) => texts[1].map((column) => mean(groups.get(`${row}\n${column}`) ?? [])));
}
