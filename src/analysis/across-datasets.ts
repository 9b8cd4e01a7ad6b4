import { halfWidthOf, inDigitsOf, pValueClause } from '../text/digits.js';
import { inUnit, isError, possibleDifferences, unitOf } from '../text/metric-unit.js';
import { listed } from '../text/words.js';
import { type Answer, answerQuestion } from './answer.js';
import { type AnswerRequest, type LeftOut, titlesOf, type Variant } from './answer-facts.js';
import { betweenGroups, type BetweenGroups } from './statistics/between.js';
import { mean } from './statistics/describe.js';
import type { Interval } from './statistics/intervals.js';
import { friedman, type Friedman } from './statistics/friedman.js';
import { pairBySeed } from './statistics/pairing.js';
import { type Estimate, interquartileMean, outperforming, stratified } from './statistics/resampled.js';

/** A dataset, and what the variants came to on it. */
export interface Measured {
  name: string;
  /** The same on each dataset, in one order. */
  variants: readonly Variant[];
}

export interface AcrossRequest extends Pick<
  AnswerRequest,
  'question' | 'metric' | 'baseline' | 'margin' | 'alpha' | 'power'
> {
  datasets: readonly Measured[];
}

/** One question asked on several datasets, and what they say together. */
export interface Across {
  datasets: string[];
  /** Over the datasets, each counting the same: a variant's values are its means on them. */
  answer: Answer;
  variants: AcrossVariant[];
  /** As the answer's, in the same order. */
  comparisons: AcrossComparison[];
  /** Of all variants on the datasets that have all of them; null for fewer than two, or where all tie. */
  ranks: Friedman | null;
  /** Whether values are divided by their mean on the dataset: losses and errors, which have a scale of their own on each. */
  isRelative: boolean;
}

export interface AcrossVariant {
  name: string;
  title: string;
  /** Its mean on each dataset; null where nothing finished. */
  means: (number | null)[];
  /** 1 is the best; null as `Across.ranks`. */
  averageRank: number | null;
  /** The mean of the middle half of all its runs, with the interval of the stratified bootstrap. */
  interquartileMean: Estimate | null;
  /** All of its values, ascending: what share of its runs is above a score is read from them (a performance profile). */
  scores: number[];
}

export interface AcrossComparison {
  first: string;
  second: string;
  /** The first's mean less the second's on each dataset. */
  differences: (number | null)[];
  /** How the difference varies from dataset to dataset; null below two. */
  between: BetweenGroups | null;
  /** The probability that a run of the first is better than the same run of the second. */
  better: Estimate | null;
}

/**
 * Answers one question over several datasets: they are the sample, each counts the same, and a variant's value on one is
 * the mean over its seeds. In this balanced two-level design Student's t of the datasets' means is the test of the mixed
 * model (datasets random, seeds within them).
 * @throws UserError as `answerQuestion`
 */
export function answerAcross(request: AcrossRequest): Across {
  const { metric } = request;
  const isRelative = isError(metric.name);
  const datasets = isRelative ? request.datasets.map(relative) : request.datasets;
  const names = datasets.map(({ name }) => name);
  const answer = answerQuestion({ ...request, datasets: names, variants: overDatasets(datasets) });
  const means = datasets.map(({ variants }) => variants.map(({ values }) => meanOf(values)));
  const complete = means.filter((row): row is number[] => row.every((value) => value !== null));
  const ranks = complete.length < 2 ? null : friedman(complete, metric.goal);
  const variants = datasets[0].variants.map(({ name, title = name }, i): AcrossVariant => {
    const strata = datasets.map((each) => [...each.variants[i].values.values()]).filter(({ length }) => length > 0);
    return {
      name,
      title,
      means: means.map((row) => row[i]),
      averageRank: ranks && ranks.averageRanks[i],
      interquartileMean: strata.length === 0 ? null : stratified(strata, interquartileMean),
      scores: strata.flat().sort((a, b) => a - b),
    };
  });
  const comparisons = answer.comparisons.map(({ first, second }) => compareOn(datasets, first, second, metric.goal));
  const across = { datasets: names, answer, variants, comparisons, ranks, isRelative };
  return { ...across, answer: { ...answer, ...told(across, request.datasets) } };
}

/** Its sentence and what stands below it, with what only several datasets tell. */
function told(across: Across, datasets: readonly Measured[]): Pick<Answer, 'sentence' | 'details' | 'cautions'> {
  const { answer, isRelative } = across;
  const failed = datasets.flatMap(({ variants }) => variants.map(({ leftOut }) => leftOut.failed));
  return {
    sentence: `Over ${across.datasets.length} datasets: ${answer.sentence}`,
    details: [...answer.details, ...rankSentence(across), ...nearestSentences(across), scopeSentence(across)],
    cautions: [
      ...(failed.some((count) => count > 0) ? ['Failed or diverged runs are left out: see each dataset.'] : []),
      ...answer.cautions,
      ...(isRelative ? ['Each value is divided by the mean over all variants on its dataset: 1 is the average.'] : []),
    ],
  };
}

function rankSentence({ ranks, variants }: Across): string[] {
  if (!ranks) return [];
  const order = variants.toSorted((a, b) => (a.averageRank ?? 0) - (b.averageRank ?? 0));
  const named = order.slice(0, 4).map(({ title, averageRank }) => `${title} ${inDigitsOf(averageRank, null, 3)}`);
  const rest = order.length > 4 ? ` and ${order.length - 4} more` : '';
  return [`Average ranks: ${named.join(', ')}${rest} (Friedman’s test, ${pValueClause(ranks.imanDavenport)}).`];
}

/** Of the comparison that the answer tells first: how it goes on each dataset, and how it may go on another. */
function nearestSentences({ answer, comparisons, datasets }: Across): string[] {
  const reference = answer.baseline ?? answer.leader ?? '';
  const own = comparisons.filter(({ first, second, between }) => between && [first, second].includes(reference));
  const [closest] = own.toSorted((a, b) => Math.abs(differenceOf(a)) - Math.abs(differenceOf(b)));
  if (!(closest as AcrossComparison | undefined)?.between) return [];
  // The one that is ahead comes first.
  const isFirst = (answer.metric.goal === 'maximize') === differenceOf(closest) >= 0;
  const [one, other] = (isFirst ? [closest.first, closest.second] : [closest.second, closest.first]).map(
    titlesOf(answer.variants),
  );
  const ahead = Math.sign(differenceOf(closest));
  const wins = datasets.filter((_, i) => ahead * (closest.differences[i] ?? 0) > 0);
  const which = wins.length > 0 && wins.length < datasets.length ? ` (${listed(wins, 4)})` : '';
  return [
    `${one} is ahead of ${other} on ${wins.length} of ${datasets.length} datasets${which}${shareClause(closest, isFirst)}.`,
    ...nextSentence(closest, isFirst, answer.metric.name),
  ];
}

function differenceOf({ differences }: AcrossComparison): number {
  return mean(differences.filter((each) => each !== null));
}

function shareClause({ better }: AcrossComparison, isFirst: boolean): string {
  if (!better) return '';
  const [share, ends] = isFirst
    ? [better.value, better.interval]
    : [1 - better.value, [1 - better.interval[1], 1 - better.interval[0]] as const];
  const percent: Interval = [100 * ends[0], 100 * ends[1]];
  return `, and in ${inDigitsOf(100 * share, null, 3)} % of runs (95 % interval ${rangeText(percent)})`;
}

function nextSentence({ between }: AcrossComparison, isFirst: boolean, metric: string): string[] {
  if (!between?.next) return [];
  const [lower, upper] = possibleDifferences(between.next, metric);
  const unit = unitOf(metric);
  const ends: Interval = isFirst
    ? [inUnit(lower, unit), inUnit(upper, unit)]
    : [inUnit(-upper, unit), inUnit(-lower, unit)];
  return [
    `On one more dataset like these the difference may lie anywhere from ${rangeText(ends)}${unit.ofDifference} (95 %).`,
  ];
}

function rangeText(interval: Interval): string {
  return interval.map((end) => inDigitsOf(end, halfWidthOf(interval), 2)).join(' to ');
}

function scopeSentence({ datasets }: Across): string {
  return `This is about datasets of which ${listed(datasets, 6)} are a sample: each counts the same, however large.`;
}

/** A variant's values by dataset: the means over its seeds. */
function overDatasets(datasets: readonly Measured[]): Variant[] {
  return datasets[0].variants.map(({ name, title }, i) => {
    const means = datasets.flatMap(({ variants }, place) => {
      const value = meanOf(variants[i].values);
      return value === null ? [] : [[place, value] as const];
    });
    return { name, title, values: new Map(means), leftOut: NOTHING };
  });
}

/** What failed is told of each dataset. */
const NOTHING: LeftOut = { failed: 0, pruned: 0 };

function compareOn(
  datasets: readonly Measured[],
  first: string,
  second: string,
  goal: 'maximize' | 'minimize',
): AcrossComparison {
  const valuesOf = ({ variants }: Measured, wanted: string) =>
    variants.find(({ name }) => name === wanted)?.values ?? new Map<number, number>();
  const strata = datasets.map((dataset) => {
    const [one, other] = [valuesOf(dataset, first), valuesOf(dataset, second)];
    return pairBySeed(one, other).differences;
  });
  const known = strata.filter(({ length }) => length > 0);
  const sign = goal === 'maximize' ? 1 : -1;
  return {
    first,
    second,
    differences: strata.map((values) => (values.length === 0 ? null : mean(values))),
    between: known.length < 2 ? null : betweenGroups(known),
    better:
      known.length === 0
        ? null
        : stratified(
            known.map((values) => values.map((value) => sign * value)),
            outperforming,
          ),
  };
}

/** Values in units of their mean on this dataset. */
function relative({ name, variants }: Measured): Measured {
  const all = variants.flatMap(({ values }) => [...values.values()]);
  const scale = all.length === 0 ? 1 : Math.abs(mean(all)) || 1;
  const scaled = variants.map((variant) => ({
    ...variant,
    values: new Map([...variant.values].map(([seed, value]) => [seed, value / scale])),
  }));
  return { name, variants: scaled };
}

function meanOf(values: ReadonlyMap<number, number>): number | null {
  return values.size === 0 ? null : mean([...values.values()]);
}
