import { type Evidence, type Judgement, weigh, type Weighed } from './comparison.js';
import { mean } from './statistics/describe.js';
import { pairBySeed, type SeedValues } from './statistics/pairing.js';
import { type Conclusion, concludeTogether } from './verdicts.js';

/** A variant with a value at least. */
export interface Contender {
  name: string;
  values: SeedValues;
}

/** A comparison of two variants as it was judged. */
export interface Decided extends Evidence, Conclusion {
  first: string;
  second: string;
  /** The better one's name, if their metrics differ. */
  better: string | null;
}

/** The comparisons of a variant. */
export function comparisonsWith<T extends { first: string; second: string }>(
  name: string | null,
  comparisons: readonly T[],
): T[] {
  return comparisons.filter(({ first, second }) => first === name || second === name);
}

/** The variant that a variant is compared with. */
export function otherThan(name: string | null, { first, second }: { first: string; second: string }): string {
  return first === name ? second : first;
}

/** What the values decide. */
export interface Decision {
  /** Whether every comparison that the answer rests on is decided. */
  decided: boolean;
  /** The best variant and those that don't differ from it in practice; with a baseline, those better than it. */
  best: string[];
  /** The best mean so far, decided or not; null without variants. */
  leader: string | null;
  /** About how many seeds more each variant needs: 0 if decided, null if more than 1,000. */
  seedsMissing: number | null;
  comparisons: Decided[];
}

export interface DecisionOptions {
  /** The variant that all others are compared with; null to ask which is best. */
  baseline: string | null;
  goal: 'maximize' | 'minimize';
  judgement: Judgement;
}

/** Of more variants than this not all pairs are compared, but the best with each other one: pairs grow as their square. */
export const MOST_PAIRED = 30;

/** Compares variants as their question asks, and judges: all that needs no words and is asked after each seed. */
export function decide(variants: readonly Contender[], { baseline, goal, judgement }: DecisionOptions): Decision {
  const leader = leaderOf(variants, goal);
  const comparisons = compareAll(variants, { baseline, leader, goal, judgement });
  const relevant = baseline === null ? comparisonsWith(leader, comparisons) : comparisons;
  return {
    decided: relevant.every((one) => isDecidedFor(one, leader, baseline)),
    best: bestOf(relevant, leader, baseline),
    leader,
    seedsMissing: mostMissing(relevant),
    comparisons,
  };
}

/** Comparisons that are judged together. */
interface Family {
  couples: [Contender, Contender][];
  /** How many there are in all, those included that aren't made. */
  size: number;
}

function compareAll(
  variants: readonly Contender[],
  { baseline, leader, goal, judgement }: DecisionOptions & { leader: string | null },
): Decided[] {
  const { couples, size } = familyOf(variants, baseline, leader);
  const weighed = couples.map(([first, second]): Weighed & { first: string; second: string } => ({
    first: first.name,
    second: second.name,
    ...weigh(first.values, second.values, judgement),
  }));
  const naming = baseline === null && leader !== null ? { leader, variants: variants.length, goal } : null;
  const conclusions = concludeTogether(weighed, { judgement, size, naming });
  return weighed.map(({ first, second, evidence }, i) => {
    const isFirstBetter = (goal === 'maximize') === (evidence.difference ?? 0) > 0;
    const better = conclusions[i].verdict === 'different' ? (isFirstBetter ? first : second) : null;
    return { first, second, ...evidence, ...conclusions[i], better };
  });
}

/** All pairs, or each variant with the baseline (of many variants: with the leader) as the second. */
function familyOf(variants: readonly Contender[], baseline: string | null, leader: string | null): Family {
  if (baseline !== null) {
    const couples = couplesWith(baseline, variants);
    return { couples, size: couples.length };
  }
  // The leader is one only by these very values, so each of its comparisons is judged as one of all pairs.
  const size = (variants.length * (variants.length - 1)) / 2;
  if (variants.length > MOST_PAIRED) return { couples: couplesWith(leader, variants), size };
  const couples = variants.flatMap((first, i) =>
    variants.slice(i + 1).map((second): [Contender, Contender] => [first, second]),
  );
  return { couples, size };
}

function couplesWith(name: string | null, variants: readonly Contender[]): [Contender, Contender][] {
  const reference = variants.find((one) => one.name === name);
  return reference ? variants.filter((one) => one !== reference).map((one) => [one, reference]) : [];
}

/**
 * The best mean, each time over the seeds that both of two variants have (or over each one's own where there are none):
 * a variant that was given up after few seeds must not limit on how many the others are compared.
 */
function leaderOf(variants: readonly Contender[], goal: 'maximize' | 'minimize'): string | null {
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
function isDecidedFor({ verdict, better }: Decided, leader: string | null, baseline: string | null): boolean {
  if (verdict === 'undecided') return false;
  return baseline !== null || better === null || better === leader;
}

function bestOf(relevant: readonly Decided[], leader: string | null, baseline: string | null): string[] {
  if (baseline !== null)
    return relevant.flatMap(({ better }) => (better === null || better === baseline ? [] : better));
  const equals = relevant.filter(({ verdict }) => verdict === 'equivalent' || verdict === 'identical');
  const names = new Set([leader, ...equals.flatMap(({ first, second }) => [first, second])]);
  return relevant.every((one) => isDecidedFor(one, leader, baseline)) ? [...names].filter((name) => name !== null) : [];
}

function mostMissing(relevant: readonly Decided[]): number | null {
  const missing = relevant.map((one) => one.seedsMissing);
  return missing.includes(null) ? null : Math.max(0, ...missing.filter((count) => count !== null));
}
