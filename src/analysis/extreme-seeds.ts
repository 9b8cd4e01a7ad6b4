import { type AnswerFacts, titlesOf, type Variant } from './answer-facts.js';
import { comparisonsWith } from './decision.js';
import { quantile } from './statistics/describe.js';
import { pairedT } from './statistics/paired-t.js';
import { pairBySeed } from './statistics/pairing.js';

/** Fewer seeds beside it show no pattern that one could break. */
const FEWEST_OTHERS = 4;
/** A difference is extreme if it lies further from the others' median than so many times their whole range. */
const FAR = 2;

/**
 * Seeds that by themselves turn a comparison with the leader (or the baseline): one that hides what all others show, and
 * one that a difference rests on.
 */
export function cautionsOfExtremes(facts: AnswerFacts, variants: readonly Variant[]): string[] {
  const { comparisons, baseline, leader, judgement } = facts;
  const reference = baseline ?? leader;
  const titleOf = titlesOf(facts.variants);
  const level = judgement.alpha / Math.max(1, comparisons.length);
  return comparisonsWith(reference, comparisons).flatMap(({ first, second, verdict }) => {
    const [one, other] = [first, second].map((name) => variants.find((variant) => variant.name === name));
    const extreme = one && other ? extremeOf(one, other) : null;
    if (extreme === null) return [];
    const isDifferent = pairedT(extreme.others).pValue < level;
    const where = `${facts.datasets?.[extreme.seed] ?? `Seed ${extreme.seed}`} is far from the ${extreme.others.length} others between ${titleOf(first)} and ${titleOf(second)}`;
    if (verdict === 'undecided' && isDifferent)
      return [`${where} and hides the difference that they show; look at its runs.`];
    if (verdict === 'different' && !isDifferent)
      return [`${where}, which don’t show the difference without it; look at its runs.`];
    return [];
  });
}

/** The one seed whose difference is far from all others', if there is one. */
function extremeOf(first: Variant, second: Variant): { seed: number; others: number[] } | null {
  const { seeds, differences } = pairBySeed(first.values, second.values);
  if (differences.length <= FEWEST_OTHERS) return null;
  const found = [...differences.keys()].find((place) => {
    const others = Float64Array.from(without(differences, place)).sort();
    const range = others[others.length - 1] - others[0];
    return Math.abs(differences[place] - quantile(others, 0.5)) > FAR * Math.max(range, Number.EPSILON);
  });
  return found === undefined ? null : { seed: seeds[found], others: without(differences, found) };
}

function without(values: readonly number[], place: number): number[] {
  return values.filter((_, i) => i !== place);
}
