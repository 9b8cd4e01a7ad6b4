import { MOST_PAIRED, type AnswerFacts, type Comparison } from './answer-facts.js';
import { FEWEST_SEEDS, MOST_SUGGESTED_SEEDS } from './comparison.js';
import { listed } from './listed.js';
import type { Interval } from './statistics/intervals.js';

/** More comparisons than this are counted, not told. */
const MOST_TOLD = 3;
/** Of more names than this the last are counted. */
const MOST_NAMED = 6;

/** The answer in one or two sentences: what is known, how much it is, how sure, or what is missing to know. */
export function answerSentence(facts: AnswerFacts): string {
  const unmeasured = facts.variants.filter(({ description }) => description === null).map(({ name }) => name);
  if (facts.leader === null) return 'No run has finished.';
  if (unmeasured.length > 0) return `Can’t tell: no run of ${listed(unmeasured, MOST_NAMED)} has finished.`;
  if (facts.baseline !== null) return `${tell(facts.comparisons, facts)}.${missingSentence(facts)}`;
  return facts.decided ? decidedSentence(facts, facts.leader) : undecidedSentence(facts, facts.leader);
}

function decidedSentence(facts: AnswerFacts, leader: string): string {
  const { best, variants } = facts;
  const own = comparisonsOf(leader, facts);
  if (best.length > 1) {
    const equal = own.filter(({ better }) => better === null);
    return best.length === variants.length
      ? `${tell(equal, facts)}.`
      : `Best are ${listed(best, MOST_NAMED)}: ${tell(equal, facts, false)}.`;
  }
  const [closest] = own.toSorted((a, b) => Math.abs(a.difference ?? 0) - Math.abs(b.difference ?? 0));
  const title = variants.length > 2 ? `${leader} is best of ${variants.length}; the closest:` : `${leader} is better:`;
  return `${title} ${tell([closest], facts, false)}.`;
}

function undecidedSentence(facts: AnswerFacts, leader: string): string {
  const own = comparisonsOf(leader, facts);
  const open = own.filter(({ better, verdict }) => verdict === 'undecided' || (better ?? leader) !== leader);
  const beaten = own
    .filter(({ better }) => better === leader)
    .map(({ first, second }) => (first === leader ? second : first));
  const ahead = beaten.length > 0 ? ` and is better than ${listed(beaten, MOST_NAMED)}` : '';
  const lead = facts.variants.length > 2 ? `Can’t tell yet which is best; ${leader} leads${ahead}, but ` : '';
  return `${lead}${tell(open, facts, lead === '')}.${missingSentence(facts)}`;
}

function comparisonsOf(variant: string, { comparisons }: AnswerFacts): Comparison[] {
  return comparisons.filter(({ first, second }) => first === variant || second === variant);
}

/** The comparisons in words, joined. */
function tell(comparisons: readonly Comparison[], facts: AnswerFacts, opensSentence = true): string {
  const clauses = comparisons.slice(0, MOST_TOLD).map((comparison) => clauseOf(comparison, facts));
  const untold = comparisons.length - clauses.length;
  const text = [...clauses, ...(untold > 0 ? [`and ${untold} more comparisons`] : [])].join('; ');
  // A variant's name stays as it is; our own words open a sentence with a capital.
  return opensSentence && /^(can’t|no) /.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}

function clauseOf(comparison: Comparison, facts: AnswerFacts): string {
  const { first, second, seeds, verdict } = comparison;
  const { metric } = facts;
  switch (verdict) {
    case 'different':
      return differenceClause(comparison, facts);
    case 'equivalent':
      return `no practical difference between ${first} and ${second} in ${metric.name} (${equivalenceDetails(comparison, facts)})`;
    case 'identical':
      return `${first} and ${second} have the same ${metric.name} for each of ${seeds} seeds`;
    case 'undecided':
      return `can’t tell yet whether ${first} or ${second} is better (${undecidedDetails(comparison, facts)})`;
  }
}

function differenceClause(comparison: Comparison, { metric, judgement }: AnswerFacts): string {
  const { first, second, better, difference, interval, adjusted, seeds } = comparison;
  const worse = better === first ? second : first;
  const turned = (difference ?? 0) < 0;
  const amount = inDigitsOf(interval, Math.abs(difference ?? 0));
  const direction = metric.goal === 'maximize' ? 'higher' : 'lower';
  const details = [
    intervalText(turned ? turn(interval) : interval, 1 - judgement.alpha),
    `${seeds} seeds`,
    pValueText(adjusted.difference),
  ];
  return `${metric.name} is ${amount} ${direction} with ${better ?? ''} than with ${worse} (${join(details)})`;
}

function equivalenceDetails(
  { difference, interval, equivalence, seeds }: Comparison,
  { judgement }: AnswerFacts,
): string {
  const shown = equivalence?.interval ?? interval;
  const confidence = equivalence ? 1 - 2 * judgement.alpha : 1 - judgement.alpha;
  const margin = judgement.margin === null ? null : `within ±${judgement.margin}`;
  return join([differenceText(difference, shown), intervalText(shown, confidence), margin, `${seeds} seeds`]);
}

function undecidedDetails({ difference, interval, seeds }: Comparison, { judgement }: AnswerFacts): string {
  const counted = seeds === 1 ? '1 seed' : `${seeds} seeds`;
  return join([differenceText(difference, interval), intervalText(interval, 1 - judgement.alpha), counted]);
}

function missingSentence({ decided, seedsMissing, comparisons, judgement }: AnswerFacts): string {
  if (decided) return '';
  const fewest = Math.min(...comparisons.map(({ seeds }) => seeds));
  if (fewest < FEWEST_SEEDS) return ` At least ${FEWEST_SEEDS} seeds each are needed.`;
  if (seedsMissing === 0) return ' The variants need the same seeds to be compared.';
  if (seedsMissing !== null) {
    return seedsMissing === 1 ? ' About 1 more seed is needed.' : ` About ${seedsMissing} more seeds are needed.`;
  }
  const advice = judgement.margin === null ? '; a stated margin could show that it makes no practical difference' : '';
  return ` More than ${MOST_SUGGESTED_SEEDS} more seeds would be needed${advice}.`;
}

/** What a reader must know to trust the answer; empty if nothing. */
export function cautionsAbout({ leftOut, comparisons, variants, judgement, metric, baseline }: AnswerFacts): string[] {
  const sizes = variants.flatMap(({ description }) => description?.n ?? []);
  const isPartial = comparisons.some(({ seeds }) => seeds < Math.max(...sizes));
  const isFragile = comparisons.some(
    ({ verdict, seeds, signFlipPValue }) =>
      // With five seeds or fewer the sign-flip test can't reach 0.05 at all.
      verdict === 'different' && !judgement.sequential && seeds > 5 && (signFlipPValue ?? 0) >= judgement.alpha,
  );
  return [
    leftOut.failed > 0 && `${leftOut.failed} failed or diverged runs are left out.`,
    leftOut.pruned > 0 &&
      `${leftOut.pruned} pruned runs are left out; the worst are pruned, so variants that lost more look better than they are.`,
    metric.name.startsWith('test_') &&
      `Chosen by ${metric.name}: the test set has taken part in the choice, so the winner’s own test score is too good; a validation metric leaves the test set for the end.`,
    baseline === null &&
      sizes.length > MOST_PAIRED &&
      `Of ${sizes.length} variants only the best is compared with each other one, judged as one of all pairs.`,
    isPartial && 'Only the seeds that both variants have are compared.',
    isFragile && 'A difference holds by the t test but not by the sign-flip test: it rests on a few large values.',
  ].filter((caution) => caution !== false);
}

function join(details: readonly (string | null)[]): string {
  return details.filter((detail) => detail !== null).join(', ');
}

function turn(interval: Interval | null): Interval | null {
  return interval && [-interval[1], -interval[0]];
}

function differenceText(difference: number | null, interval: Interval | null): string | null {
  return difference === null ? null : `difference ${inDigitsOf(interval, difference)}`;
}

function intervalText(interval: Interval | null, confidence: number): string | null {
  if (interval === null) return null;
  const percent = Number((100 * confidence).toPrecision(4));
  return `${percent} % interval ${inDigitsOf(interval, interval[0])} to ${inDigitsOf(interval, interval[1])}`;
}

function pValueText(pValue: number | null): string | null {
  if (pValue === null) return null;
  return pValue < 0.001 ? 'p < 0.001' : `p = ${Number(pValue.toPrecision(2))}`;
}

/** A number with the digits that its interval's width gives sense to: two of the half width. */
function inDigitsOf(interval: Interval | null, value: number): string {
  const halfWidth = interval === null ? 0 : (interval[1] - interval[0]) / 2;
  if (halfWidth === 0) return minus(Number(value.toPrecision(2)).toString());
  const decimals = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(halfWidth))));
  return minus(value.toFixed(decimals));
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}
