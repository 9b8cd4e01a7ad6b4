import { halfWidthOf, inDigitsOf } from '../text/digits.js';
import { inUnit, possibleDifferences, unitOf } from '../text/metric-unit.js';
import { FEWEST_SEEDS } from './comparison.js';
import { judgeTogether } from './family.js';
import { correctedT } from './statistics/corrected-t.js';
import { mean } from './statistics/describe.js';
import type { Interval } from './statistics/intervals.js';
import { pairBySeed, type SeedValues } from './statistics/pairing.js';

/** Where the samples come from that the variants are compared on. */
export type Measured =
  /** Drawn anew by each run's seed; `group` is the column of which no value is on both sides; `share` validation samples for each training sample. */
  | { on: 'drawn'; share: number; group?: string }
  /** Each fold of a cross-validation in its turn. */
  | { on: 'folds'; folds: number; share: number; group?: string }
  /** Drawn, the same for all runs. */
  | { on: 'one-split' }
  /** The newest by a column of times, the same for all runs. */
  | { on: 'newest'; time: string }
  /** Given with the data. */
  | { on: 'given' }
  | { on: 'test' }
  | { on: 'training' };

/** What an answer is about, and what it says of new data of this kind. */
export interface Scope {
  measured: Measured;
  /** Of each comparison, in their order; null where the design can't tell. */
  newData: NewData[] | null;
  sentence: string;
}

/** A comparison as it stands for new data of this kind. */
export interface NewData {
  first: string;
  second: string;
  /** The mean of first − second. */
  difference: number;
  /** At the level at which the comparison is judged: it leaves out zero just where the difference holds. */
  interval: Interval;
  confidence: number;
  pValue: number;
  /** Within the family (Holm). */
  adjustedPValue: number;
}

export interface ScopeRequest {
  measured: Measured;
  /** What the data are called. */
  dataset: string;
  metric: string;
  alpha: number;
  /** Whether seeds were added in view of the results: then no test of a fixed number holds. */
  sequential: boolean;
  comparisons: readonly { first: string; second: string }[];
  /** Variant → its value for each seed. */
  values: ReadonlyMap<string, SeedValues>;
  /** The two variants that the answer speaks of first; none where there is no leader. */
  told: readonly [string, string] | null;
  /** What a variant is called in the sentence. */
  titleOf: (name: string) => string;
}

/** In one clause what an answer is about: these splits, new data of this kind as far as the design tells, no other data. */
export function scopeOf(request: ScopeRequest): Scope {
  const { measured, dataset } = request;
  const newData = newDataOf(request);
  const beyond = newData === null ? '' : ` ${newDataClause(newData, request)}`;
  return { measured, newData, sentence: `${placeSentence(measured, dataset)}${beyond}` };
}

/** Which samples it is about. @param dataset what the data are called */
export function placeSentence(measured: Measured, dataset: string): string {
  const group = 'group' in measured ? `, for new values of ${measured.group} of this data` : '';
  return `This is about ${PLACES[measured.on](dataset, measured)}${group}, and no other dataset.`;
}

const PLACES: Record<Measured['on'], (dataset: string, measured: Measured) => string> = {
  drawn: (dataset) => `random splits of ${dataset} as it is`,
  folds: (dataset, measured) =>
    `${measured.on === 'folds' ? `${measured.folds} folds` : 'folds'} of ${dataset} as it is`,
  'one-split': (dataset) => `one split of ${dataset}, the same for all runs`,
  newest: (dataset, measured) =>
    `the newest training samples${measured.on === 'newest' ? ` by ${measured.time}` : ''} of ${dataset}`,
  given: (dataset) => `the given validation samples of ${dataset}`,
  test: (dataset) => `the test samples of ${dataset}`,
  training: (dataset) => `the training samples of ${dataset}`,
};

function newDataOf({ measured, sequential, comparisons, values, alpha, metric }: ScopeRequest): NewData[] | null {
  if (sequential || !('share' in measured)) return null;
  const tested = comparisons.map(({ first, second }) => {
    const { differences } = pairBySeed(values.get(first) ?? new Map(), values.get(second) ?? new Map());
    const varies = new Set(differences).size > 1;
    if (differences.length < FEWEST_SEEDS || !varies) return null;
    return { first, second, differences, pValue: correctedT(differences, measured.share).pValue };
  });
  const known = tested.filter((each) => each !== null);
  if (known.length === 0) return null;
  const places = judgeTogether(
    known.map(({ pValue }) => pValue),
    { alpha, size: comparisons.length, stepDown: true },
  );
  return known.map(({ first, second, differences, pValue }, i) => {
    const { adjusted, level } = places[i];
    const { interval } = correctedT(differences, measured.share, 1 - level);
    const found = { first, second, difference: mean(differences), pValue, adjustedPValue: adjusted ?? 1 };
    return { ...found, interval: possibleDifferences(interval, metric), confidence: 1 - level };
  });
}

function newDataClause(newData: readonly NewData[], { told, metric, alpha, titleOf }: ScopeRequest): string {
  const names = told ?? [newData[0].first, newData[0].second];
  const own = newData.find(({ first, second }) => names.includes(first) && names.includes(second));
  if (!own) return '';
  const unit = unitOf(metric);
  const isTurned = own.difference < 0;
  const [better, other] = isTurned ? [own.second, own.first] : [own.first, own.second];
  const ends = own.interval.map((end) => inUnit(isTurned ? -end : end, unit)).sort((a, b) => a - b);
  const digits = (value: number): string => inDigitsOf(value, halfWidthOf([ends[0], ends[1]]));
  const amount = `${digits(inUnit(Math.abs(own.difference), unit))}${unit.ofDifference}`;
  const verdict = own.adjustedPValue < alpha ? 'holds there too' : 'isn’t shown there';
  return (
    `For new data of this kind the difference between ${titleOf(better)} and ${titleOf(other)}, ${amount}, has the ${percent(own.confidence)} interval ` +
    `${digits(ends[0])} to ${digits(ends[1])} (Nadeau and Bengio): it ${verdict}.`
  );
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}
