import { FEWEST_SEEDS, type Judgement, type Weighed } from './comparison.js';
import { type FamilyPlace, judgeTogether } from './family.js';
import { type Levels, seedsMissing } from './seeds-missing.js';
import { equivalence, type Equivalence } from './statistics/equivalence.js';
import type { Interval } from './statistics/intervals.js';

/**
 * The verdict on a comparison of two variants: their metric differs, does not differ in practice (inside the margin), is
 * the same number for every seed, or it can't be told yet.
 */
export type Verdict = 'different' | 'equivalent' | 'identical' | 'undecided';

/** Both p-values after adjustment for the family and for the questions: a claim is made below α. */
export interface AdjustedPValues {
  difference: number | null;
  equivalence: number | null;
}

/** What is claimed of a comparison. Verdict, interval and p-values are of one test, and of the same values. */
export interface Conclusion {
  verdict: Verdict;
  /** Leaves out zero just when the verdict is "different"; inside ±margin where it is "equivalent". */
  interval: Interval | null;
  confidence: number;
  adjusted: AdjustedPValues;
  /** TOST; null without a margin or below two seeds. */
  equivalence: Equivalence | null;
  isOpen: boolean;
  seedsMissing: number | null;
}

/** Two named variants. */
type Couple = Weighed & { first: string; second: string };

export interface FamilyOfCouples {
  judgement: Judgement;
  /** How many comparisons there are, those included that aren't made. */
  size: number;
  /** Who leads, of how many variants; null where all are compared with a baseline. */
  naming: Naming | null;
}

export interface Naming {
  leader: string;
  variants: number;
  goal: 'maximize' | 'minimize';
}

/**
 * Judges the comparisons of one question. Differences are adjusted by Holm; where a margin was stated, each comparison
 * takes an equal part of α, to be spent on a difference or on an equivalence, of which only one can be false.
 *
 * The best variant is named by fewer comparisons than all pairs: its own with each of the k − 1 others, each one-sided at
 * α / k, all of which are required (an intersection-union test: Berger 1982; Hsu, "Multiple Comparisons", 1996, chapter
 * 4). To name a wrong one, it must beat one fixed best variant (or, of equals, that one must beat another): k events, each
 * of chance α / k at most, whatever the dependence.
 */
export function concludeTogether(
  couples: readonly Couple[],
  { judgement, size, naming }: FamilyOfCouples,
): Conclusion[] {
  const alpha = judgement.alpha / judgement.questions;
  const places = judgeTogether(
    couples.map(({ evidence }) => evidence.pValue),
    { alpha, size, stepDown: judgement.margin === null },
  );
  const drafts = couples.map((couple, i) => draftOf(couple, places[i], { judgement, alpha, share: alpha / size }));
  return naming === null
    ? drafts.map((draft) => conclude(draft, { isOpen: draft.verdict === 'undecided' }, judgement))
    : nameBest(drafts, naming, alpha).map(([draft, isOpen]) => conclude(draft, { isOpen }, judgement));
}

/** A comparison judged as one of its family; its levels are those at which it was. */
interface Draft {
  couple: Couple;
  verdict: Verdict;
  /** For the family, not yet for the questions. */
  adjusted: AdjustedPValues;
  equivalence: Equivalence | null;
  levels: Levels;
  /** The levels at which more seeds would decide it. */
  aim: Levels;
}

function draftOf(
  couple: Couple,
  { adjusted, level }: FamilyPlace,
  { judgement, alpha, share }: { judgement: Judgement; alpha: number; share: number },
): Draft {
  const { test, evidence, isIdentical } = couple;
  const tost = test === null || judgement.margin === null ? null : equivalence(test, judgement.margin, share);
  const verdict =
    Math.min(...evidence.counts) < FEWEST_SEEDS
      ? 'undecided'
      : isIdentical
        ? 'identical'
        : tost !== null && tost.pValue < share
          ? 'equivalent'
          : adjusted !== null && adjusted < alpha
            ? 'different'
            : 'undecided';
  const levels = { difference: level, equivalence: share };
  const equal = tost && Math.min(1, (alpha / share) * tost.pValue);
  return {
    couple,
    verdict,
    adjusted: { difference: adjusted, equivalence: equal },
    equivalence: tost,
    levels,
    aim: levels,
  };
}

/** Names the leader the best, if it is; each comparison with whether more seeds of it would help. */
function nameBest(drafts: readonly Draft[], { leader, variants, goal }: Naming, alpha: number): [Draft, boolean][] {
  const own = drafts.filter(({ couple }) => couple.first === leader || couple.second === leader);
  const isAlone = own.every(({ verdict }) => verdict === 'undecided' || verdict === 'different');
  const leads = new Map(own.map((draft) => [draft, leadOf(draft.couple, leader, goal)]));
  const level = (2 * alpha) / variants;
  const isBehind = (draft: Draft): boolean => (leads.get(draft) ?? 1) < level;
  const isBest = isAlone && own.length === variants - 1 && own.every(isBehind);
  const pValue = (variants / 2) * Math.max(...leads.values());
  return drafts.map((draft) => {
    if (!leads.has(draft)) return [draft, false];
    const aim = { ...draft.levels, difference: Math.max(level, draft.levels.difference) };
    if (isBest) {
      const difference = Math.min(pValue, draft.adjusted.difference ?? 1);
      return [{ ...draft, verdict: 'different', levels: aim, adjusted: { ...draft.adjusted, difference } }, false];
    }
    const isLost = draft.verdict === 'different' && leads.get(draft) === 1;
    const isOpen = isLost || (draft.verdict === 'undecided' && !(isAlone && isBehind(draft)));
    return [isAlone ? { ...draft, aim } : draft, isOpen];
  });
}

/** The two-sided p-value of the leader's lead; 1 where it doesn't lead. */
function leadOf({ first, evidence }: Couple, leader: string, goal: Naming['goal']): number {
  const sign = (goal === 'maximize') === (first === leader) ? 1 : -1;
  const isComparable = Math.min(...evidence.counts) >= FEWEST_SEEDS && sign * (evidence.difference ?? 0) > 0;
  return isComparable ? (evidence.pValue ?? 1) : 1;
}

function conclude(draft: Draft, { isOpen }: { isOpen: boolean }, judgement: Judgement): Conclusion {
  const { couple, verdict, levels, adjusted } = draft;
  // A verdict is told with the interval that it comes from.
  const side = verdict === 'equivalent' ? levels.equivalence : levels.difference / 2;
  const forAll = (pValue: number | null): number | null => pValue && Math.min(1, judgement.questions * pValue);
  return {
    verdict,
    // Of fewer seeds than can decide anything an interval says nothing.
    interval: Math.min(...couple.evidence.counts) < FEWEST_SEEDS ? null : (couple.test?.limits(side) ?? null),
    confidence: 1 - 2 * side,
    adjusted: { difference: forAll(adjusted.difference), equivalence: forAll(adjusted.equivalence) },
    equivalence: draft.equivalence,
    isOpen,
    seedsMissing: verdict === 'undecided' ? seedsMissing(couple, judgement, draft.aim) : 0,
  };
}
