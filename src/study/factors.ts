import { type Answer, answerQuestion } from '../analysis/answer.js';
import { interactionPValues } from '../analysis/interaction.js';
import { marginalValues, type GridRun } from '../analysis/marginal-effects.js';
import { mean } from '../analysis/statistics/describe.js';
import {
  gridImportance,
  type GridImportance,
  sweepImportance,
  type GridCell,
  type Importance,
} from '../analysis/statistics/importance.js';
import { tInterval } from '../analysis/statistics/intervals.js';
import type { SweepMetric } from '../config/schema/experiment.generated.js';
import { levelText, variedKeys } from '../config/sweep/grid-questions.js';
import { levelLabels, shortKey } from '../config/sweep/label.js';
import { levelWords } from '../config/sweep/words.js';
import type { SeedValues } from '../analysis/statistics/pairing.js';
import type { Json } from '../config/text/tree.js';
import type { Factor, FactorLevel, Interaction, StudyVariant } from './study.js';

/** What a sweep varied, and the effect of it. */
export interface Effects {
  factors: Factor[];
  interactions: Interaction[];
  /** The share of the variance of runs that is noise between seeds; null unless it is a full grid of several seeds. */
  noise: number | null;
}

/** How the levels of a factor are compared. */
export interface EffectOptions {
  metric: SweepMetric;
  margin?: number;
  alpha?: number;
  /** Whether seeds were added in view of the results. */
  sequential?: boolean;
  /** How many questions share α, those about variants and interactions included. */
  questions?: number;
}

/** Of more parameters no importance is computed: it takes all their subsets. */
const MOST_PARAMETERS = 8;

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
  const keys = variedKeys(variants.map(({ values }) => values));
  const cells = variants.map((variant) => cellOf(variant, keys)).filter(({ values }) => values.length > 0);
  const grid = keys.length > MOST_PARAMETERS ? null : gridOf(cells, keys, variants.length);
  const shares = grid?.shares ?? null;
  const others = shares || keys.length > MOST_PARAMETERS ? null : sweepShares(cells, keys);
  const runs = cells.flatMap((cell) => cell.runs);
  const factors = keys.map((key) => {
    const levels = levelsOf(key, cells);
    const bySeed = shares === null ? null : marginalValues(runs, key);
    const answer = bySeed && cells.length > 1 ? answerOf({ key, keys, levels }, bySeed, options) : null;
    const share = shareOf([key], shares ?? others);
    return {
      key,
      levels: levels.map((level) => summarize(level, key, runs, bySeed)),
      importance: share?.share ?? null,
      importanceInterval: share?.interval ?? null,
      pValue: smallestOf(answer),
      answer: keys.length > 1 ? answer : null,
    };
  });
  return {
    factors: factors.sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0)),
    interactions: shares ? interactionsOf(keys, cells, shares, options) : [],
    noise: grid?.noise ?? null,
  };
}

/** That some levels differ: the smallest of the p-values, which are adjusted for all of them. */
function smallestOf(answer: Answer | null): number | null {
  const known = answer?.comparisons.flatMap(({ adjusted }) => adjusted.difference ?? []) ?? [];
  return known.length === 0 ? null : Math.min(...known);
}

function cellOf({ values, runs }: StudyVariant, keys: readonly string[]): Cell {
  const levels = Object.fromEntries(keys.map((key) => [key, levelText(values, key)]));
  const counted = runs.flatMap(({ seed, value }) => (value === null ? [] : [{ levels, seed, value }]));
  const ordered = counted.toSorted((a, b) => a.seed - b.seed);
  return {
    levels,
    values: ordered.map(({ value }) => value),
    seeds: ordered.map(({ seed }) => seed),
    runs: ordered,
    given: values,
  };
}

function gridOf(cells: readonly Cell[], keys: readonly string[], variants: number): GridImportance | null {
  if (cells.length < variants || keys.length === 0) return null;
  return gridImportance(cells, keys);
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

function shareOf(keys: readonly string[], shares: readonly Importance[] | null): Importance | undefined {
  return shares?.find(
    ({ parameters }) => parameters.length === keys.length && keys.every((key) => parameters.includes(key)),
  );
}

/** A level as cells have it, and the value that it stands for. */
interface Level {
  text: string;
  value: Json;
  isAbsent?: boolean;
}

/** The levels of a parameter: of numbers in ascending order, else as they come. */
function levelsOf(key: string, cells: readonly Cell[]): Level[] {
  const levels = new Map(
    cells.map(({ levels: { [key]: text }, given }): [string, Level] => [
      text,
      Object.hasOwn(given, key) ? { text, value: given[key] } : { text, value: null, isAbsent: true },
    ]),
  );
  const found = [...levels.values()];
  if (found.some(({ value }) => typeof value !== 'number')) return found;
  return found.sort((a, b) => Number(a.value) - Number(b.value));
}

/** @param bySeed on a full grid the level's means for each seed: the other parameters' effects are no noise of its mean */
function summarize(
  { text, ...level }: Level,
  key: string,
  runs: readonly GridRun[],
  bySeed: ReadonlyMap<string, SeedValues> | null,
): FactorLevel {
  const own = runs.filter(({ levels }) => levels[key] === text).map(({ value }) => value);
  const seeds = [...(bySeed?.get(text)?.values() ?? [])];
  const sample = seeds.length > 1 ? seeds : own;
  const interval = sample.length > 0 ? tInterval(sample) : null;
  return {
    ...level,
    n: own.length,
    mean: sample.length > 0 ? mean(sample) : NaN,
    interval: interval && { lower: interval[0], upper: interval[1] },
  };
}

/** Which level is best, all other parameters averaged over, seed by seed. */
function answerOf(
  { key, keys, levels }: { key: string; keys: readonly string[]; levels: readonly Level[] },
  bySeed: ReadonlyMap<string, SeedValues>,
  options: EffectOptions,
): Answer {
  const labels = levelLabels(levels);
  const titles = levelWords(key, levels);
  const variants = levels.map(({ text }, i) => ({
    name: `${shortKey(key, keys)}=${labels[i]}`,
    title: titles[i],
    values: bySeed.get(text) ?? new Map<number, number>(),
    leftOut: { failed: 0, pruned: 0 },
  }));
  return answerQuestion({ question: null, variants, ...options });
}

function interactionsOf(
  keys: readonly string[],
  cells: readonly Cell[],
  shares: readonly Importance[],
  { sequential = false, questions = 1 }: EffectOptions,
): Interaction[] {
  const pairs = keys.flatMap((first, i) => keys.slice(i + 1).map((second): [string, string] => [first, second]));
  const pValues = interactionPValues(
    cells.flatMap((cell) => cell.runs),
    pairs,
    { sequential, questions },
  );
  return pairs.map((factors, i) => ({
    factors,
    importance: shareOf(factors, shares)?.share ?? null,
    pValue: pValues[i],
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
  const texts = [first, second].map((key) => levelsOf(key, cells).map(({ text }) => text));
  return texts[0].map((row) => texts[1].map((column) => mean(groups.get(`${row}\n${column}`) ?? [])));
}
