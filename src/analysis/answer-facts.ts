import { UserError } from '../errors.js';
import {
  gatherEvidence,
  judge,
  seedsMissing,
  type AdjustedPValues,
  type Evidence,
  type Judgement,
  type Verdict,
} from './comparison.js';
import { describe, mean, type Description } from './statistics/describe.js';
import { requireMargin } from './statistics/equivalence.js';
import { holmAdjust } from './statistics/holm.js';
import { bootstrapInterval, tInterval, type Interval } from './statistics/intervals.js';
import { pairBySeed, type Pairs, type SeedValues } from './statistics/pairing.js';

/** Runs of a variant that have no value to compare. */
export interface LeftOut {
  /** Failed, killed or diverged. */
  failed: number;
  pruned: number;
}

/** A variant: its metric for each seed that finished. */
export interface Variant {
  name: string;
  values: SeedValues;
  leftOut: LeftOut;
}

export interface AnswerRequest {
  /** What was asked; null if nothing. */
  question: string | null;
  /** Named before the run. */
  metric: { name: string; goal: 'maximize' | 'minimize' };
  variants: readonly Variant[];
  /** The variant that all others are compared with; without one, all pairs are compared. */
  baseline?: string;
  /** The smallest difference that matters, in the metric's unit; without one, no equivalence is ever said. */
  margin?: number;
  /** 0.05 unless told. */
  alpha?: number;
  /** 0.8 unless told. */
  power?: number;
  /** Whether seeds were added in view of the results (`seeds: auto`), in ascending order. */
  sequential?: boolean;
}

export interface VariantSummary {
  name: string;
  /** Null if no run has finished. */
  description: Description | null;
  /** Of the mean, 95 %: Student's, and the bootstrap's. Null below two seeds; the latter, which takes long, of many variants. */
  interval: Interval | null;
  bootstrapInterval: Interval | null;
  leftOut: LeftOut;
}

/** Of two variants; `difference` is the first's metric less the second's. */
export interface Comparison extends Evidence {
  first: string;
  second: string;
  adjusted: AdjustedPValues;
  verdict: Verdict;
  /** The better one's name, if their metrics differ. */
  better: string | null;
  /** About how many seeds more would decide it: 0 if decided, null if more than 1,000. */
  seedsMissing: number | null;
}

/** Of more variants than this not all pairs are compared, but the best with each other one: pairs grow as their square. */
export const MOST_PAIRED = 30;

/** All of an answer but its words. */
export interface AnswerFacts {
  question: string | null;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  /** Whether every comparison that the answer rests on is decided. */
  decided: boolean;
  /** The best variant and those that don't differ from it in practice; with a baseline, those better than it. */
  best: string[];
  /** The best mean so far, decided or not; null if nothing has finished. */
  leader: string | null;
  /** About how many seeds more each variant needs: 0 if decided, null if more than 1,000 or unknown. */
  seedsMissing: number | null;
  variants: VariantSummary[];
  comparisons: Comparison[];
  leftOut: LeftOut;
  baseline: string | null;
  judgement: Judgement;
}

/**
 * Compares all pairs of variants, or all with the baseline (of more than 30 variants: with the best), and judges each
 * comparison within the family.
 * @throws UserError as `answerQuestion`
 */
export function establishFacts(request: AnswerRequest): AnswerFacts {
  const { question, metric, variants, baseline = null, margin = null, alpha = 0.05, power = 0.8 } = request;
  if (margin !== null) requireMargin(margin);
  requireComparable(variants, baseline);
  const judgement = { alpha, power, margin, sequential: request.sequential ?? false };
  const measured = variants.filter(({ values }) => values.size > 0);
  const leader = leaderOf(measured, metric.goal);
  const comparisons = compareAll(familyOf(measured, baseline, leader), metric.goal, judgement);
  const relevant = comparisons.filter(
    ({ first, second }) => baseline !== null || [first, second].includes(leader ?? ''),
  );
  return {
    question,
    metric,
    decided: measured.length === variants.length && relevant.every((one) => isDecidedFor(one, leader, baseline)),
    best: bestOf(relevant, leader, baseline),
    leader,
    seedsMissing: mostMissing(relevant, measured.length < variants.length),
    variants: variants.map((variant) => summarize(variant, variants.length <= MOST_PAIRED)),
    comparisons,
    leftOut: totalLeftOut(variants),
    baseline,
    judgement,
  };
}

function requireComparable(variants: readonly Variant[], baseline: string | null): void {
  const names = variants.map(({ name }) => name);
  const problem =
    names.length < 2
      ? `Expected at least two variants to compare, received ${names.length}.`
      : new Set(names).size < names.length
        ? `Expected variants with names of their own, received ${names.join(', ')}.`
        : baseline !== null && !names.includes(baseline)
          ? `Expected the baseline to be one of ${names.join(', ')}, received ${baseline}.`
          : null;
  if (problem === null) return;
  throw new UserError(problem, {
    code: 'invalid-comparison',
    hint: 'Name two or more different variants.',
    exitCode: 2,
  });
}

interface Matched {
  first: string;
  second: string;
  pairs: Pairs;
  evidence: Evidence;
}

/** Comparisons that are judged together. */
interface Family {
  couples: [Variant, Variant][];
  /** How many there are in all, those included that aren't made. */
  size: number;
}

function compareAll({ couples, size }: Family, goal: 'maximize' | 'minimize', judgement: Judgement): Comparison[] {
  const matched = couples.map(([first, second]): Matched => {
    const pairs = pairBySeed(first.values, second.values);
    const evidence = gatherEvidence(pairs, judgement, size);
    return { first: first.name, second: second.name, pairs, evidence };
  });
  const differences = adjustKnown(
    matched.map(({ evidence }) => evidence.pValue),
    size,
  );
  const equivalences = adjustKnown(
    matched.map(({ evidence }) => evidence.equivalence?.pValue ?? null),
    size,
  );
  return matched.map((one, i) =>
    conclude(one, { difference: differences[i], equivalence: equivalences[i] }, goal, judgement, size),
  );
}

/** All pairs, or each variant with the baseline (of many variants: with the leader) as the second. */
function familyOf(variants: readonly Variant[], baseline: string | null, leader: string | null): Family {
  if (baseline !== null) {
    const couples = couplesWith(baseline, variants);
    return { couples, size: couples.length };
  }
  // The leader is one only by these very values, so each of its comparisons is judged as one of all pairs.
  const size = (variants.length * (variants.length - 1)) / 2;
  if (variants.length > MOST_PAIRED) return { couples: couplesWith(leader, variants), size };
  const couples = variants.flatMap((first, i) =>
    variants.slice(i + 1).map((second): [Variant, Variant] => [first, second]),
  );
  return { couples, size };
}

function couplesWith(name: string | null, variants: readonly Variant[]): [Variant, Variant][] {
  const reference = variants.find((one) => one.name === name);
  return reference ? variants.filter((one) => one !== reference).map((one) => [one, reference]) : [];
}

/** Holm over those that are known; what is unknown yet counts as a member that rejects nothing (p = 1). */
function adjustKnown(pValues: readonly (number | null)[], family: number): (number | null)[] {
  const adjusted = holmAdjust(
    pValues.map((pValue) => pValue ?? 1),
    family,
  );
  return pValues.map((pValue, i) => (pValue === null ? null : adjusted[i]));
}

function conclude(
  { first, second, pairs: { differences }, evidence }: Matched,
  adjusted: AdjustedPValues,
  goal: 'maximize' | 'minimize',
  judgement: Judgement,
  comparisons: number,
): Comparison {
  const verdict = judge(differences, adjusted, judgement, comparisons);
  const advantage = (goal === 'maximize' ? 1 : -1) * (evidence.difference ?? 0);
  return {
    first,
    second,
    ...evidence,
    adjusted,
    verdict,
    better: verdict === 'different' ? (advantage > 0 ? first : second) : null,
    seedsMissing: verdict === 'undecided' ? seedsMissing(differences, judgement, comparisons) : 0,
  };
}

/**
 * The best mean, each time over the seeds that both of two variants have (or over each one's own where there are none):
 * a variant that was given up after few seeds must not limit on how many the others are compared.
 */
function leaderOf(variants: readonly Variant[], goal: 'maximize' | 'minimize'): string | null {
  if (variants.length === 0) return null;
  const sign = goal === 'maximize' ? 1 : -1;
  return variants.reduce((best, one) => (sign * advantageOver(best.values, one.values) > 0 ? one : best)).name;
}

/** How much greater the mean of the second is. */
function advantageOver(first: SeedValues, second: SeedValues): number {
  const { differences } = pairBySeed(second, first);
  return differences.length > 0 ? mean(differences) : mean([...second.values()]) - mean([...first.values()]);
}

/** A leader that another beats on the seeds of those two is none: more seeds must settle it. */
function isDecidedFor({ verdict, better }: Comparison, leader: string | null, baseline: string | null): boolean {
  if (verdict === 'undecided') return false;
  return baseline !== null || better === null || better === leader;
}

function bestOf(relevant: readonly Comparison[], leader: string | null, baseline: string | null): string[] {
  if (baseline !== null)
    return relevant.flatMap(({ better }) => (better === null || better === baseline ? [] : better));
  const equals = relevant.filter(({ verdict }) => verdict === 'equivalent' || verdict === 'identical');
  const names = new Set([leader, ...equals.flatMap(({ first, second }) => [first, second])]);
  return relevant.every((one) => isDecidedFor(one, leader, baseline)) ? [...names].filter((name) => name !== null) : [];
}

function mostMissing(relevant: readonly Comparison[], unmeasured: boolean): number | null {
  const missing = relevant.map((one) => one.seedsMissing);
  return unmeasured || missing.includes(null) ? null : Math.max(0, ...missing.filter((count) => count !== null));
}

function summarize({ name, values, leftOut }: Variant, withBootstrap: boolean): VariantSummary {
  const sample = [...values.values()];
  const isMeasured = sample.length > 0;
  return {
    name,
    description: isMeasured ? describe(sample) : null,
    interval: isMeasured ? tInterval(sample) : null,
    bootstrapInterval: isMeasured && withBootstrap ? bootstrapInterval(sample) : null,
    leftOut,
  };
}

function totalLeftOut(variants: readonly Variant[]): LeftOut {
  const sumOf = (kind: keyof LeftOut) => variants.reduce((sum, { leftOut }) => sum + leftOut[kind], 0);
  return { failed: sumOf('failed'), pruned: sumOf('pruned') };
}
