import type { AnswerFacts, Comparison } from './answer-facts.js';
import { FEWEST_SEEDS } from './comparison.js';
import { comparisonsWith, otherThan } from './decision.js';
import { MOST_SUGGESTED_SEEDS } from './seeds-missing.js';
import { counted, listed } from '../words.js';
import { halfWidthOf, inDigitsOf, pValueClause } from '../digits.js';
import { inUnit, unitOf } from '../metric-unit.js';
import type { Interval } from './statistics/intervals.js';

/** More comparisons than this are counted, not told. */
const MOST_TOLD = 3;
/** Of more names than this the last are counted. */
const MOST_NAMED = 6;

/** The answer in one or two sentences: what is known, how much it is, how sure, or what is missing to know. */
export function answerSentence(measured: AnswerFacts): string {
  const facts = inItsUnit(measured);
  const unmeasured = facts.variants.filter(({ description }) => description === null).map(({ name }) => name);
  if (facts.leader === null) return 'No run has finished.';
  if (unmeasured.length > 0) return `Can’t tell: no run of ${listed(unmeasured, MOST_NAMED)} has finished.`;
  if (facts.baseline !== null) return `${tell(facts.comparisons, facts)}.${missingSentence(facts)}`;
  return facts.decided ? decidedSentence(facts, facts.leader) : undecidedSentence(facts, facts.leader);
}

/** Differences, intervals and the margin in the unit of the metric: percentage points of an accuracy. */
function inItsUnit(facts: AnswerFacts): AnswerFacts {
  const { judgement, comparisons, metric } = facts;
  const unit = unitOf(metric.name);
  const scaled = (value: number): number => inUnit(value, unit);
  const scaledInterval = (interval: Interval | null): Interval | null =>
    interval && [scaled(interval[0]), scaled(interval[1])];
  return {
    ...facts,
    judgement: { ...judgement, margin: judgement.margin === null ? null : scaled(judgement.margin) },
    comparisons: comparisons.map((one) => ({
      ...one,
      difference: one.difference === null ? null : scaled(one.difference),
      interval: scaledInterval(one.interval),
    })),
  };
}

function decidedSentence(facts: AnswerFacts, leader: string): string {
  const { best, variants } = facts;
  const own = comparisonsWith(leader, facts.comparisons);
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
  const own = comparisonsWith(leader, facts.comparisons);
  const open = own.filter(({ better, verdict }) => verdict === 'undecided' || (better ?? leader) !== leader);
  const beaten = own.filter(({ better }) => better === leader).map((one) => otherThan(leader, one));
  const ahead = beaten.length > 0 ? ` and is better than ${listed(beaten, MOST_NAMED)}` : '';
  const lead = facts.variants.length > 2 ? `Can’t tell yet which is best; ${leader} leads${ahead}, but ` : '';
  return `${lead}${tell(open, facts, lead === '')}.${missingSentence(facts)}`;
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

function differenceClause(comparison: Comparison, { metric }: AnswerFacts): string {
  const { first, second, better, difference, interval, confidence, adjusted } = comparison;
  const worse = better === first ? second : first;
  const turned = (difference ?? 0) < 0;
  const amount = inDigits(Math.abs(difference ?? 0), interval);
  const direction = metric.goal === 'maximize' ? 'higher' : 'lower';
  const details = [
    intervalText(turned ? turn(interval) : interval, confidence),
    seedsText(comparison),
    adjusted.difference === null ? null : pValueClause(adjusted.difference),
  ];
  return `${metric.name} is ${amount}${unitOf(metric.name).ofDifference} ${direction} with ${better ?? ''} than with ${worse} (${join(details)})`;
}

function equivalenceDetails(comparison: Comparison, { judgement, metric }: AnswerFacts): string {
  const { difference, interval, confidence } = comparison;
  return join([
    differenceText(difference, interval, metric.name),
    intervalText(interval, confidence),
    judgement.margin === null ? null : `within ±${judgement.margin}`,
    seedsText(comparison),
  ]);
}

function undecidedDetails(comparison: Comparison, { metric }: AnswerFacts): string {
  const { difference, interval, confidence } = comparison;
  return join([
    differenceText(difference, interval, metric.name),
    intervalText(interval, confidence),
    seedsText(comparison),
  ]);
}

function seedsText({ design, seeds, counts }: Comparison): string {
  if (design === 'paired') return counted(seeds, 'seed');
  return `${counts[0]} and ${counts[1]} seeds of their own`;
}

function missingSentence({ decided, seedsMissing, comparisons, judgement }: AnswerFacts): string {
  if (decided) return '';
  const fewest = Math.min(...comparisons.flatMap(({ counts }) => counts));
  if (fewest < FEWEST_SEEDS) return ` At least ${FEWEST_SEEDS} seeds each are needed.`;
  if (seedsMissing === 0) return ' The variants need the same seeds to be compared.';
  if (seedsMissing !== null) {
    return seedsMissing === 1 ? ' About 1 more seed is needed.' : ` About ${seedsMissing} more seeds are needed.`;
  }
  const advice = judgement.margin === null ? '; a stated margin could show that it makes no practical difference' : '';
  return ` More than ${MOST_SUGGESTED_SEEDS} more seeds would be needed${advice}.`;
}

function join(details: readonly (string | null)[]): string {
  return details.filter((detail) => detail !== null).join(', ');
}

function turn(interval: Interval | null): Interval | null {
  return interval && [-interval[1], -interval[0]];
}

function differenceText(difference: number | null, interval: Interval | null, metric: string): string | null {
  return difference === null ? null : `difference ${inDigits(difference, interval)}${unitOf(metric).ofDifference}`;
}

function intervalText(interval: Interval | null, confidence: number): string | null {
  if (interval === null) return null;
  const percent = Number((100 * confidence).toPrecision(4));
  const [lower, upper] = interval.map((end) => inDigits(end, interval));
  return `${percent} % interval ${lower} to ${upper}`;
}

/** A number with the digits that its interval gives sense to. */
function inDigits(value: number, interval: Interval | null): string {
  return inDigitsOf(value, halfWidthOf(interval), 2);
}
