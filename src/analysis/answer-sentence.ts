import { halfWidthOf, inDigitsOf, pValueClause } from '../text/digits.js';
import { inUnit, metricWords, type MetricUnit, unitOf } from '../text/metric-unit.js';
import { counted, listed } from '../text/words.js';
import { type AnswerFacts, type Comparison, repetitionOf, titlesOf } from './answer-facts.js';
import { FEWEST_SEEDS } from './comparison.js';
import { comparisonsWith, otherThan } from './decision.js';
import { MOST_SUGGESTED_SEEDS } from './seeds-missing.js';
import type { Interval } from './statistics/intervals.js';

/** An answer in words. */
export interface Told {
  /** The verdict: what leads, by how much, how sure. */
  sentence: string;
  /** What stands below it, a line each. */
  details: string[];
}

/** Of more names than this the last are counted. */
const MOST_NAMED = 6;
/** Of more comparisons than this the last are counted. */
const MOST_TOLD = 3;

/** The answer: one sentence that says it, then what is worse, what is too close, and what more it takes to know. */
export function tellAnswer(facts: AnswerFacts): Told {
  const words = new Words(facts);
  const { leader, baseline, variants, comparisons } = facts;
  const unmeasured = variants.filter(({ description }) => description === null);
  if (leader === null) return { sentence: 'No run has finished.', details: [] };
  if (unmeasured.length > 0) {
    const names = unmeasured.map(({ name }) => words.nameOf(name));
    return { sentence: `Can’t tell: no run of ${listed(names, MOST_NAMED)} has finished.`, details: [] };
  }
  if (comparisons.length === 1) return tellPair(comparisons[0], facts, words);
  if (baseline !== null) return tellAgainst(baseline, facts, words);
  return facts.decided ? tellBest(leader, facts, words) : tellLeader(leader, facts, words);
}

function tellPair(comparison: Comparison, facts: AnswerFacts, words: Words): Told {
  const { first, second, verdict, seeds, counts } = comparison;
  const [one, other] = [words.nameOf(first), words.nameOf(second)];
  const { metric } = words;
  const measured = [words.means(comparison), words.evidence(comparison)].join(', ');
  switch (verdict) {
    case 'different': {
      const better = comparison.better ?? first;
      const worse = words.nameOf(otherThan(better, comparison));
      const told = `${metric} is ${words.amount(comparison)} ${words.direction}`;
      return {
        sentence: `${words.nameOf(better)} is better than ${worse}: ${told}${inBrackets(words.interval(comparison))}.`,
        details: [`${measured}.`],
      };
    }
    case 'equivalent':
      return {
        sentence: `No practical difference between ${one} and ${other}: ${metric} differs by less than ${words.margin}.`,
        details: [`${measured}, difference ${words.range(comparison, first)}.`],
      };
    case 'identical':
      return {
        sentence: `${one} and ${other} have the same ${metric} for each of ${counted(seeds, words.repetition)}.`,
        details: [],
      };
    case 'undecided': {
      const isShort = Math.min(...counts) < FEWEST_SEEDS;
      const reason = isShort ? '' : `: the difference of ${words.amount(comparison)} in ${metric} may be chance`;
      return {
        sentence: `Can’t tell yet whether ${one} or ${other} is better${reason}.`,
        details: [`${measured}, difference ${words.range(comparison, first)}.`, ...stillNeeded(facts)],
      };
    }
  }
}

function tellBest(leader: string, facts: AnswerFacts, words: Words): Told {
  const { best, variants } = facts;
  const own = nearestFirst(comparisonsWith(leader, facts.comparisons));
  const which = `best of ${variants.length}, ${words.meanOf(leader)}`;
  if (best.length === 1) {
    const [closest] = own;
    const next = `${words.nameOf(otherThan(leader, closest))} is next, ${words.amount(closest)} ${words.opposite}`;
    return {
      sentence: `${words.nameOf(leader)} is ${which}: ${next}${inBrackets(words.interval(closest))}.`,
      details: [`Compared by ${words.metric}, ${words.evidence(closest)}.`],
    };
  }
  const equal = own.filter(({ better }) => better === null);
  const names = listed(
    best.map((name) => words.nameOf(name)),
    MOST_NAMED,
  );
  const margin = equal.some(({ verdict }) => verdict === 'equivalent') ? ` of ${words.margin} or more` : '';
  return {
    sentence: `${best.length === variants.length ? 'All are equally good' : `Best of ${variants.length}`}, ${words.meanOf(leader)}: ${names}, no practical difference${margin}.`,
    details: [
      `Compared by ${words.metric}, ${words.evidence(equal[0])}.`,
      `Behind ${words.nameOf(leader)}: ${words.list(equal, leader)}.`,
      ...worseThan(leader, own, words),
    ],
  };
}

function tellLeader(leader: string, facts: AnswerFacts, words: Words): Told {
  const own = nearestFirst(comparisonsWith(leader, facts.comparisons));
  const open = own.filter(({ better, verdict }) => verdict === 'undecided' || (better ?? leader) !== leader);
  const equal = own.filter(({ verdict }) => verdict === 'equivalent' || verdict === 'identical');
  const rivals = open.length === 1 ? words.nameOf(otherThan(leader, open[0])) : `${open.length} others`;
  return {
    sentence: `${words.nameOf(leader)} leads, ${words.meanOf(leader)}; not separable from ${rivals}.`,
    details: [
      `Compared by ${words.metric}, ${words.evidence(open[0] ?? own[0])}.`,
      ...worseThan(leader, own, words),
      ...(equal.length > 0 ? [`No practical difference: ${words.list(equal, leader)}.`] : []),
      ...(open.length > 0 ? [`Too close to tell: ${words.list(open, leader)}.`] : []),
      ...stillNeeded(facts),
    ],
  };
}

/** Of all variants against a baseline. */
function tellAgainst(baseline: string, facts: AnswerFacts, words: Words): Told {
  const groups = [
    { title: 'better', isIn: ({ better }: Comparison) => better !== null && better !== baseline },
    { title: 'worse', isIn: ({ better }: Comparison) => better === baseline },
    {
      title: 'no practical difference',
      isIn: ({ verdict }: Comparison) => verdict === 'equivalent' || verdict === 'identical',
    },
    { title: 'too close to tell', isIn: ({ verdict }: Comparison) => verdict === 'undecided' },
  ];
  const found = groups
    .map(({ title, isIn }) => ({ title, members: nearestFirst(facts.comparisons.filter(isIn)) }))
    .filter(({ members }) => members.length > 0);
  const clauses = found.map(({ title, members }) => {
    const names = members.map((one) => words.nameOf(otherThan(baseline, one)));
    return `${title}: ${listed(names, MOST_NAMED)}`;
  });
  return {
    sentence: `Against ${words.nameOf(baseline)}, ${words.meanOf(baseline)}: ${clauses.join('; ')}.`,
    details: [
      `Compared by ${words.metric}, ${words.evidence(facts.comparisons[0])}.`,
      ...found.map(({ title, members }) => `${capital(title)}: ${words.list(members, baseline)}.`),
      ...stillNeeded(facts),
    ],
  };
}

function worseThan(leader: string, own: readonly Comparison[], words: Words): string[] {
  const worse = own.filter(({ better }) => better === leader);
  return worse.length === 0 ? [] : [`Clearly worse: ${words.list(worse, leader)}.`];
}

/** What more it takes to know; nothing where it is known. */
function stillNeeded(facts: AnswerFacts): string[] {
  const { decided, seedsMissing, comparisons, judgement } = facts;
  const repetition = repetitionOf(facts);
  if (decided) return [];
  if (Math.min(...comparisons.flatMap(({ counts }) => counts)) < FEWEST_SEEDS)
    return [`At least ${FEWEST_SEEDS} ${repetition}s each are needed.`];
  if (seedsMissing === 0) return [`The variants need the same ${repetition}s to be compared.`];
  if (seedsMissing !== null)
    return [`About ${counted(seedsMissing, `more ${repetition}`)} each ${seedsMissing === 1 ? 'is' : 'are'} needed.`];
  const advice = judgement.margin === null ? '; a stated margin could show that it makes no practical difference' : '';
  return [`More than ${MOST_SUGGESTED_SEEDS.toLocaleString('en')} more ${repetition}s would be needed${advice}.`];
}

function nearestFirst(comparisons: readonly Comparison[]): Comparison[] {
  return comparisons.toSorted((a, b) => Math.abs(a.difference ?? 0) - Math.abs(b.difference ?? 0));
}

function inBrackets(text: string | null): string {
  return text === null ? '' : ` (${text})`;
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

/** What the parts of an answer are called: variants in words, numbers in the unit of the metric. */
class Words {
  readonly metric: string;
  readonly nameOf: (variant: string) => string;
  /** Of what is better. */
  readonly direction: string;
  readonly opposite: string;
  readonly #facts: AnswerFacts;
  readonly #unit: MetricUnit;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
    this.#unit = unitOf(facts.metric.name);
    this.nameOf = titlesOf(facts.variants);
    this.metric = metricWords(facts.metric.name);
    [this.direction, this.opposite] = facts.metric.goal === 'maximize' ? ['higher', 'lower'] : ['lower', 'higher'];
  }

  get repetition(): string {
    return repetitionOf(this.#facts);
  }

  get margin(): string {
    const { margin } = this.#facts.judgement;
    return margin === null ? '' : `${inUnit(margin, this.#unit)}${this.#unit.ofDifference}`;
  }

  meanOf(variant: string): string {
    const found = this.#facts.variants.find(({ name }) => name === variant);
    const half = halfWidthOf(found?.interval ?? null);
    const digits = inDigitsOf(
      found?.description && inUnit(found.description.mean, this.#unit),
      half && inUnit(half, this.#unit),
    );
    return `${digits}${this.#unit.ofValue}`;
  }

  means({ first, second }: Comparison): string {
    return `${this.nameOf(first)} ${this.meanOf(first)}, ${this.nameOf(second)} ${this.meanOf(second)}`;
  }

  /** `5 seeds, p < 0.001`; a p-value where a difference is claimed. */
  evidence({ design, seeds, counts, verdict, adjusted }: Comparison): string {
    const number =
      design === 'paired' ? counted(seeds, this.repetition) : `${counts[0]} and ${counts[1]} seeds of their own`;
    const isTold = verdict === 'different' && adjusted.difference !== null;
    return isTold ? `${number}, ${pValueClause(adjusted.difference ?? 1)}` : number;
  }

  /** The size of a difference with its unit. */
  amount({ difference, interval }: Comparison): string {
    return `${this.#digits(Math.abs(difference ?? 0), interval)}${this.#unit.ofDifference}`;
  }

  /** The interval of the size of a difference; null where there is none. */
  interval({ difference, interval, confidence }: Comparison): string | null {
    return this.#intervalText(interval, confidence, (difference ?? 0) < 0);
  }

  /** A difference with its interval: this variant's value less the other's. */
  range({ first, difference, interval, confidence }: Comparison, of: string): string {
    const isTurned = of !== first;
    const value = this.#digits((isTurned ? -1 : 1) * (difference ?? 0), interval);
    return `${value}${this.#unit.ofDifference}${inBrackets(this.#intervalText(interval, confidence, isTurned))}`;
  }

  /** The others of some comparisons, each with what it has more or less than a variant; the first few. */
  list(comparisons: readonly Comparison[], than: string): string {
    const told = comparisons.slice(0, MOST_TOLD).map((one) => {
      const other = otherThan(than, one);
      return `${this.nameOf(other)} ${this.range(one, other)}`;
    });
    const rest = comparisons.length - told.length;
    return [...told, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
  }

  #intervalText(interval: Interval | null, confidence: number, isTurned: boolean): string | null {
    if (interval === null) return null;
    const ends = isTurned ? [-interval[1], -interval[0]] : interval;
    const [lower, upper] = ends.map((end) => this.#digits(end, interval));
    return `${Number((100 * confidence).toPrecision(4))} % interval ${lower} to ${upper}`;
  }

  #digits(value: number, interval: Interval | null): string {
    const half = halfWidthOf(interval);
    return inDigitsOf(inUnit(value, this.#unit), half && inUnit(half, this.#unit), 2);
  }
}
