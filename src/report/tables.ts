import { levelLabels, shortKey } from '../config/sweep/label.js';
import { titledMetric, unitOf } from '../text/metric-unit.js';
import { columnOf, intervalText, shareText } from './numbers.js';
import { halfWidthOf, inDigitsOf, pValueClause, pValueText } from '../text/digits.js';
import type { Interval } from '../analysis/statistics/intervals.js';
import { sentenceOnFarBehind } from './far-behind.js';
import { isOfOneRunEach } from './search.js';
import { referenceOf, variantRows, type VariantRow } from './variant-rows.js';
import { variantNames, type VariantNames } from './variant-names.js';
import type { Factor, Study } from '../study/study.js';

/** A table as text; numbers stand at the right. */
export interface TextTable {
  /** Those of a high rank are left out first where there is no room; 0 never. */
  columns: { title: string; align?: 'right'; rank: number }[];
  rows: string[][];
}

const RIGHT = 'right' as const;

/** The variants, the best first. */
export function variantTable(study: Study, names = variantNames(study)): TextTable {
  const against = study.answer?.baseline ? 'baseline' : 'best';
  const rows = variantRows(study);
  return withoutEmptyColumns({
    columns: [
      ...names.titles.map((title) => ({ title, rank: 0 })),
      { title: 'n', align: RIGHT, rank: 4 },
      { title: titledMetric(study.metric.name), align: RIGHT, rank: 0 },
      { title: 'sd', align: RIGHT, rank: 7 },
      { title: 'median', align: RIGHT, rank: 8 },
      { title: '95 % interval', align: RIGHT, rank: 5 },
      { title: `less ${against}`, align: RIGHT, rank: 1 },
      { title: 'interval', align: RIGHT, rank: 2 },
      { title: 'p (adjusted)', align: RIGHT, rank: 3 },
      { title: 'effect', align: RIGHT, rank: 9 },
      { title: 'left out', rank: 6 },
    ],
    rows: variantCells(rows, names).map((cells, i) => [...cells, leftOutText(rows[i])]),
  });
}

/** Of single runs nothing is known of spread, intervals and p-values. */
function withoutEmptyColumns(table: TextTable): TextTable {
  return columnsWhere(table, ({ rank }, cells) => rank === 0 || cells.some((cell) => cell !== ''));
}

/** Some columns of a table. */
export function columnsWhere(
  { columns, rows }: TextTable,
  isKept: (column: TextTable['columns'][number], cells: readonly string[]) => boolean,
): TextTable {
  const kept = [...columns.keys()].filter((i) =>
    isKept(
      columns[i],
      rows.map((row) => row[i]),
    ),
  );
  return { columns: kept.map((i) => columns[i]), rows: rows.map((row) => kept.map((i) => row[i])) };
}

function variantCells(rows: readonly VariantRow[], { cellsOf }: VariantNames): string[][] {
  const { means, deviations, medians, intervals } = statisticsOf(rows);
  const between = rows.map(({ comparison }) => halfWidthOf(comparison?.interval ?? null));
  const differences = columnOf(
    rows.map(({ comparison }) => comparison?.difference),
    between,
  );
  const ranges = intervalColumn(rows.map(({ comparison }) => comparison?.interval ?? null));
  return rows.map(({ variant, description, comparison }, i) => [
    ...cellsOf(variant),
    String(description?.n ?? 0),
    means[i],
    deviations[i],
    medians[i],
    intervals[i],
    differences[i],
    ranges[i],
    pValueText(comparison?.pValue ?? null),
    inDigitsOf(comparison?.effect, 0.5),
  ]);
}

/** What is told of the values of each variant, a column each, with the same decimals in it. */
export function statisticsOf(rows: readonly VariantRow[]) {
  const halfWidths = rows.map(({ interval }) => halfWidthOf(interval));
  const described = rows.map(({ description }) => description);
  return {
    means: columnOf(
      described.map((each) => each?.mean),
      halfWidths,
    ),
    medians: columnOf(
      described.map((each) => each?.median),
      halfWidths,
    ),
    deviations: columnOf(
      described.map((each) => each?.standardDeviation),
      described.map((each) => each?.standardDeviation),
    ),
    intervals: intervalColumn(rows.map(({ interval }) => interval)),
  };
}

/** Intervals, all with the same decimals. */
export function intervalColumn(intervals: readonly (Interval | null)[]): string[] {
  const halfWidths = intervals.map(halfWidthOf);
  const ends = [0, 1].map((end) =>
    columnOf(
      intervals.map((interval) => interval?.[end]),
      halfWidths,
    ),
  );
  return intervals.map((interval, i) => (interval === null ? '' : `${ends[0][i]} to ${ends[1][i]}`));
}

/** Why runs of a variant have no value. */
export function leftOutText({ leftOut: { failed, pruned, interrupted = 0 } }: Pick<VariantRow, 'leftOut'>): string {
  const counts = { failed, 'stopped early': pruned, interrupted };
  return Object.entries(counts)
    .flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []))
    .join(', ');
}

/** How factors and their levels are called. */
export interface FactorNames {
  ofKey: (key: string, keys: readonly string[]) => string;
  ofLevels: (factor: Factor) => string[];
}

const LABELS: FactorNames = { ofKey: shortKey, ofLevels: ({ levels }) => levelLabels(levels) };

/** A number that was drawn from a range: of a run each there are no levels to compare. */
const MOST_LEVELS_OF_ONE_RUN = 4;

/** Whether a factor has levels to be compared, rather than numbers that a search has drawn. */
export function hasLevels({ levels }: Factor): boolean {
  const isNumeric = levels.every(({ value }) => typeof value === 'number');
  const runs = levels.reduce((sum, { n }) => sum + n, 0);
  return !isNumeric || levels.length <= MOST_LEVELS_OF_ONE_RUN || runs >= 2 * levels.length;
}

/** The levels of each factor, all others averaged over; null where fewer than two vary. */
export function factorTable({ factors: all, metric }: Study, names = LABELS): TextTable | null {
  const factors = all.filter(hasLevels);
  if (factors.length < 2) return null;
  const keys = factors.map(({ key }) => key);
  const levels = factors.flatMap((factor) => factor.levels);
  const ranges = levels.map(({ interval }): Interval | null => interval && [interval.lower, interval.upper]);
  const means = columnOf(
    levels.map(({ mean }) => mean),
    ranges.map(halfWidthOf),
  );
  const intervals = intervalColumn(ranges);
  const starts = factors.map((_, i) => factors.slice(0, i).reduce((sum, factor) => sum + factor.levels.length, 0));
  return {
    columns: [
      { title: 'factor', rank: 0 },
      { title: 'level', rank: 0 },
      { title: 'runs', align: RIGHT, rank: 4 },
      { title: titledMetric(metric.name), align: RIGHT, rank: 0 },
      { title: '95 % interval', align: RIGHT, rank: 1 },
      { title: 'importance', align: RIGHT, rank: 2 },
      { title: 'p', align: RIGHT, rank: 3 },
    ],
    rows: factors.flatMap((factor, row) => {
      const labels = names.ofLevels(factor);
      return factor.levels.map(({ n }, i) => [
        i === 0 ? names.ofKey(factor.key, keys) : '',
        labels[i],
        String(n),
        means[starts[row] + i],
        intervals[starts[row] + i],
        i === 0 ? importanceText(factor) : '',
        i === 0 ? pValueText(factor.pValue) : '',
      ]);
    }),
  };
}

/** `46 % (12 % to 60 %)` */
function importanceText({ importance, importanceInterval }: Factor): string {
  const range = importanceInterval ? ` (${importanceInterval.map(shareText).join(' to ')})` : '';
  return importance === null ? '' : `${shareText(importance)}${range}`;
}

/** How far two factors depend on each other; null where that isn't known. */
export function interactionTable({ interactions, factors }: Study): TextTable | null {
  if (interactions.length === 0) return null;
  const keys = factors.map(({ key }) => key);
  return {
    columns: [
      { title: 'interaction', rank: 0 },
      { title: 'importance', align: RIGHT, rank: 1 },
      { title: 'p', align: RIGHT, rank: 2 },
    ],
    rows: interactions.map(({ factors: pair, importance, pValue }) => [
      pair.map((key) => shortKey(key, keys)).join(' × '),
      shareText(importance),
      pValueText(pValue),
    ]),
  };
}

/** What the numbers of the tables are, in sentences. */
export function tableNotes(study: Study): string[] {
  const { answer } = study;
  const behind = sentenceOnFarBehind(study);
  const aboutFactors = behind === null ? [] : [behind];
  if (!answer || isOfOneRunEach(study)) return aboutFactors;
  const { sequential, questions } = answer.judgement;
  return [
    ...aboutFactors,
    `Compared with ${variantNames(study).short(referenceOf(study))}, seed by seed. p-values and intervals of differences are adjusted for all comparisons` +
      `${questions > 1 ? ` and ${questions} questions` : ''}, so that an interval leaves out 0 just where a difference is claimed` +
      `${sequential ? '; both hold however many seeds were added' : ''}. The effect is Hedges’ g_z.`,
    ...(study.noise == null || study.factors.length < 2
      ? []
      : [
          `Importance is the share of the variance of all runs, with its 95 % interval; ${shareText(study.noise)} of it is noise between seeds.`,
        ]),
  ];
}

/** Two single models of the same test set, in a sentence; null where there is no such pair. */
export function modelSentence(study: Study): string | null {
  const { models } = study;
  if (!models) return null;
  const { agreement, test } = models;
  const [first, second] = [models.first, models.second].map(variantNames(study).short);
  return (
    `These two models: only ${first} is right on ${agreement.onlyFirst} test images, only ${second} on ${agreement.onlySecond} ` +
    `(accuracy ${inDigitsOf(test.accuracyDifference, halfWidthOf(test.interval))}${unitOf('accuracy').ofDifference}, 95 % interval ${intervalText(test.interval)}; ` +
    `exact McNemar test: ${pValueClause(test.pValue)}). With other seeds they would be other models.`
  );
}
