import { pValueClause } from '../text/digits.js';
import { listed } from '../text/words.js';
import { type AnswerFacts, titlesOf, type Variant } from './answer-facts.js';
import { comparisonsWith, otherThan } from './decision.js';
import { binomialCdf } from './statistics/distributions.js';
import { fisherExact, type Rate } from './statistics/fisher.js';
import { holmAdjust } from './statistics/holm.js';
import { pairBySeed } from './statistics/pairing.js';

/** More variants than this are counted, not told. */
const MOST_TOLD = 4;

/** How often variants failed or diverged: an outcome like any other, and the first to be told. */
export interface Failures {
  /** Of each variant: how many of its runs that weren't stopped early or interrupted. */
  rates: ({ name: string; title: string } & Rate)[];
  /** Fisher's exact test of each two that are compared; adjusted for all of them (Holm). */
  comparisons: { first: string; second: string; pValue: number; adjustedPValue: number }[];
  /** Variants that are ahead in what they finished, and not when what failed counts as lost: none is called better. */
  withheld: string[];
  /** Told first. */
  sentence: string;
}

/** @returns null where nothing failed */
export function compareFailures(facts: AnswerFacts, variants: readonly Variant[]): Failures | null {
  const rates = variants.map(({ name, title = name, values, leftOut: { failed } }) => {
    return { name, title, count: failed, total: values.size + failed };
  });
  if (rates.every(({ count }) => count === 0)) return null;
  const rateOf = new Map(rates.map((rate) => [rate.name, rate]));
  const couples = couplesOf(facts, rates);
  const pValues = couples.map(([first, second]) => fisherExact(first, second));
  const adjusted = holmAdjust(pValues);
  const comparisons = couples.map(([first, second], i) => {
    return { first: first.name, second: second.name, pValue: pValues[i], adjustedPValue: adjusted[i] };
  });
  const withheld = facts.best.filter((name) => isLucky(name, facts, variants, rateOf));
  const told = { rates, comparisons, withheld };
  return { ...told, sentence: sentenceOf(told, facts.judgement.alpha) };
}

type NamedRate = Failures['rates'][number];

/** All with the baseline, or all with the one that failed least. */
function couplesOf({ baseline }: AnswerFacts, rates: readonly NamedRate[]): [NamedRate, NamedRate][] {
  const ended = rates.filter(({ total }) => total > 0);
  const share = ({ count, total }: Rate): number => count / total;
  const reference = ended.find(({ name }) => name === baseline) ?? ended.toSorted((a, b) => share(a) - share(b)).at(0);
  if (!reference) return [];
  return ended.filter((rate) => rate !== reference).map((rate) => [rate, reference]);
}

/**
 * Whether a variant leads by what it lost: it failed more often than one that it beats, and where each failure more
 * counts as a lost seed (the worst rank: Lachin, "Worst-rank score analysis with informatively missing observations",
 * 1999) the exact sign test doesn't find it better any more.
 */
function isLucky(
  name: string,
  { comparisons, metric, judgement }: AnswerFacts,
  variants: readonly Variant[],
  rateOf: ReadonlyMap<string, NamedRate>,
): boolean {
  const sign = metric.goal === 'maximize' ? 1 : -1;
  const own = variants.find((variant) => variant.name === name);
  const others = comparisonsWith(name, comparisons).map((one) =>
    variants.find((variant) => variant.name === otherThan(name, one)),
  );
  return others.some((other) => {
    const [rate, reference] = [rateOf.get(name), rateOf.get(other?.name ?? '')];
    if (!own || !other || !rate || !reference || rate.count / rate.total <= reference.count / reference.total)
      return false;
    const { differences } = pairBySeed(own.values, other.values);
    const wins = differences.filter((difference) => sign * difference > 0).length;
    const losses = differences.filter((difference) => sign * difference < 0).length + rate.count - reference.count;
    const pValue = wins > losses ? 2 * binomialCdf(losses, wins + losses, 0.5) : 1;
    return pValue >= judgement.alpha / comparisons.length;
  });
}

function sentenceOf({ rates, comparisons, withheld }: Omit<Failures, 'sentence'>, alpha: number): string {
  const failed = rates.filter(({ count }) => count > 0).sort((a, b) => b.count / b.total - a.count / a.total);
  const others = rates.length - failed.length;
  const titleOf = titlesOf(rates);
  const clauses = failed.map(({ title, count, total }) => `${count} of ${total} runs of ${title}`);
  const rest =
    others === 0
      ? ''
      : `; none of ${others === 1 ? (rates.find(({ count }) => count === 0)?.title ?? '') : 'the others'}`;
  const verdict = comparisons.length === 0 ? '' : `; ${verdictOf(comparisons, alpha, titleOf)}`;
  const luck =
    withheld.length === 0
      ? ''
      : ` ${listed(withheld.map(titleOf), MOST_TOLD)} ${withheld.length > 1 ? 'are' : 'is'} not called better: ahead in what finished, but not when what failed counts as lost.`;
  return `Failed: ${listed(clauses, MOST_TOLD)}${rest}${verdict}.${luck}`;
}

function verdictOf(comparisons: Failures['comparisons'], alpha: number, titleOf: (name: string) => string): string {
  const surely = comparisons.filter(({ adjustedPValue }) => adjustedPValue < alpha).map(({ first }) => titleOf(first));
  const test = `Fisher’s exact test, ${pValueClause(Math.min(...comparisons.map(({ adjustedPValue }) => adjustedPValue)))}`;
  if (surely.length === 0) return `a difference in how often they fail isn’t shown (${test})`;
  return `${listed(surely, MOST_TOLD)} ${surely.length > 1 ? 'fail' : 'fails'} more often (${test})`;
}

/** The facts without titles for what survived by luck. */
export function withoutLuck(facts: AnswerFacts, failures: Failures | null): AnswerFacts {
  if (failures === null || failures.withheld.length === 0) return facts;
  const best = facts.best.filter((name) => !failures.withheld.includes(name));
  return { ...facts, best, decided: facts.decided && best.length > 0 };
}
