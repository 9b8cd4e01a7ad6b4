import { UserError } from '../../text/errors.js';
import { mean, requireSample } from './describe.js';
import { fSurvival } from './distributions.js';
import { directionsBeyond, dot, removeComponents, sumOfSquaresAlong } from './projection.js';

/** One run of a factorial grid. */
export interface Observation {
  /** Factor → its level, as `kernel_size` → `3`. */
  levels: Readonly<Record<string, string>>;
  /** What runs have in common beside their factors, as the seed; its effect is taken out and not reported. */
  block?: string;
  value: number;
}

/** A main effect (one factor) or an interaction (several). */
export interface AnovaTerm {
  factors: string[];
  degreesOfFreedom: number;
  sumOfSquares: number;
  /** F; null where nothing is left to estimate the noise from. */
  statistic: number | null;
  pValue: number | null;
  /** SS / (SS + residual SS): the share of what other terms leave. */
  partialEtaSquared: number;
}

export interface Anova {
  terms: AnovaTerm[];
  /** Of the blocks, after all terms; null without blocks. */
  block: { degreesOfFreedom: number; sumOfSquares: number } | null;
  residual: { degreesOfFreedom: number; sumOfSquares: number };
  /** About the mean. */
  totalSumOfSquares: number;
}

export interface AnovaOptions {
  factors: readonly string[];
  /** The most factors in an interaction; 1 for main effects alone. */
  order?: number;
}

interface Term {
  factors: readonly string[];
  columns: Float64Array[];
}

/** Below this share of the total, a residual is rounding. */
const NO_RESIDUAL = 1e-20;

/**
 * Analysis of variance of a grid, balanced or not, with type II sums of squares (Yates 1934): each term after all terms
 * that don't contain it. As `anova_lm(ols('value ~ (A + B)**order + C(block)'), typ=2)` of statsmodels. Cells may be
 * missing: degrees of freedom are ranks.
 * @throws UserError `invalid-sample` for values that aren't finite, a missing level, or blocks on some runs only
 */
export function anova(observations: readonly Observation[], { factors, order = 2 }: AnovaOptions): Anova {
  requireSample(
    observations.map(({ value }) => value),
    2,
  );
  requireComplete(observations, factors);
  const values = centered(observations);
  const constant = { factors: [], columns: [new Float64Array(observations.length).fill(1)] };
  const block = blockTerm(observations);
  const terms = subsetsOf(factors, order).map((subset) => ({
    factors: subset,
    columns: columnsOf(observations, subset),
  }));
  const fixed = block ? [constant, block] : [constant];
  const totalSumOfSquares = dot(values, values);
  const residual = residualOf(values, [...fixed, ...terms], totalSumOfSquares);
  return {
    terms: terms.map((term) => testTerm(term, [...fixed, ...otherTerms(term, terms)], values, residual)),
    block: block && effectOf(block, [constant, ...terms], values),
    residual,
    totalSumOfSquares,
  };
}

function requireComplete(observations: readonly Observation[], factors: readonly string[]): void {
  const blocked = observations[0].block !== undefined;
  const isIncomplete = ({ levels, block }: Observation) =>
    (block !== undefined) !== blocked || factors.some((factor) => !(factor in levels));
  if (!observations.some(isIncomplete)) return;
  throw new UserError('Expected a level of every factor, and a block for all runs or for none.', {
    code: 'invalid-sample',
    hint: `Leave out the runs that lack one of ${factors.join(', ')}.`,
  });
}

function centered(observations: readonly Observation[]): Float64Array {
  const values = Float64Array.from(observations, ({ value }) => value);
  const center = mean(values);
  return values.map((value) => value - center);
}

/** All subsets of up to `order` names, smaller ones first. */
export function subsetsOf(names: readonly string[], order: number): string[][] {
  let subsets: string[][] = [[]];
  for (const name of names) subsets = [...subsets, ...subsets.map((subset) => [...subset, name])];
  return subsets.filter((subset) => subset.length > 0 && subset.length <= order).sort((a, b) => a.length - b.length);
}

/** Terms without this one and without those that contain it: what it must show itself beyond. */
function otherTerms(term: Term, terms: readonly Term[]): Term[] {
  return terms.filter((other) => !term.factors.every((factor) => other.factors.includes(factor)));
}

function testTerm(
  term: Term,
  others: readonly Term[],
  values: Float64Array,
  residual: { degreesOfFreedom: number; sumOfSquares: number },
): AnovaTerm {
  const { degreesOfFreedom, sumOfSquares } = effectOf(term, others, values);
  const noise = residual.sumOfSquares / residual.degreesOfFreedom;
  const isTestable = degreesOfFreedom > 0 && residual.degreesOfFreedom > 0 && residual.sumOfSquares > 0;
  const statistic = isTestable ? sumOfSquares / degreesOfFreedom / noise : null;
  const explained = sumOfSquares + residual.sumOfSquares;
  return {
    factors: [...term.factors],
    degreesOfFreedom,
    sumOfSquares,
    statistic,
    pValue: statistic === null ? null : fSurvival(statistic, degreesOfFreedom, residual.degreesOfFreedom),
    partialEtaSquared: explained === 0 ? 0 : sumOfSquares / explained,
  };
}

function effectOf(term: Term, others: readonly Term[], values: Float64Array) {
  const directions = directionsBeyond(basisOf(others), term.columns);
  return { degreesOfFreedom: directions.length, sumOfSquares: sumOfSquaresAlong(directions, values) };
}

function residualOf(values: Float64Array, terms: readonly Term[], total: number) {
  const basis = basisOf(terms);
  const residuals = Float64Array.from(values);
  removeComponents(residuals, basis);
  const sumOfSquares = dot(residuals, residuals);
  const degreesOfFreedom = values.length - basis.length;
  const isRounding = degreesOfFreedom === 0 || sumOfSquares <= NO_RESIDUAL * total;
  return { degreesOfFreedom, sumOfSquares: isRounding ? 0 : sumOfSquares };
}

function basisOf(terms: readonly Term[]): Float64Array[] {
  return directionsBeyond(
    [],
    terms.flatMap(({ columns }) => columns),
  );
}

function blockTerm(observations: readonly Observation[]): Term | null {
  const blocks = observations.flatMap(({ block }) => block ?? []);
  return blocks.length === 0 ? null : { factors: [], columns: indicatorsOf(blocks) };
}

/** Products of the factors' indicators: what a term's own effects can be, beyond those of the terms within it. */
function columnsOf(observations: readonly Observation[], factors: readonly string[]): Float64Array[] {
  return factors
    .map((factor) => indicatorsOf(observations.map(({ levels }) => levels[factor])))
    .reduce((products, indicators) =>
      products.flatMap((a) => indicators.map((b) => a.map((value, i) => value * b[i]))),
    );
}

/** One column of zeros and ones a level; the first level is the reference and has none. */
export function indicatorsOf(levels: readonly string[]): Float64Array[] {
  const others = [...new Set(levels)].slice(1);
  return others.map((level) => Float64Array.from(levels, (own) => (own === level ? 1 : 0)));
}
