import type { Comparison } from '../../analysis/answer-facts.js';
import { mean } from '../../analysis/statistics/describe.js';
import type { Study } from '../../study/study.js';
import { titledMetric, unitOf } from '../../text/metric-unit.js';
import { columnOf, numberText } from '../numbers.js';
import { halfWidthOf, inDigitsOf, pValueText } from '../../text/digits.js';
import { metricValues } from '../metric-values.js';
import { verdictText } from '../plots/differences.js';
import { isOfOneRunEach } from '../search.js';
import { intervalColumn, leftOutText, statisticsOf } from '../tables.js';
import { variantNames, type VariantNames } from '../variant-names.js';
import { variantRows, type VariantRow } from '../variant-rows.js';
import { markup, type Content } from './markup.js';
import { tableMarkup, type TableColumn } from './table.js';

/** The statistics of each variant. */
export function variantTable(study: Study): Content {
  const best = new Set(study.answer?.best ?? []);
  const rows = variantRows(study);
  return tableMarkup<VariantRow>({
    id: 'variants-table',
    caption: captionOf(study, rows.length),
    columns: variantColumns(rows, study),
    rows: isOfOneRunEach(study) ? rows.slice(0, MOST_FOUND) : rows,
    classOf: ({ variant }) => (best.has(variant.name) ? 'best' : ''),
  });
}

/** What a search has found: so many of the best. */
const MOST_FOUND = 10;

function captionOf(study: Study, all: number): string {
  const metric = titledMetric(study.metric.name);
  if (!isOfOneRunEach(study) || all <= MOST_FOUND) return `${metric} of each variant, best first`;
  return `${metric} of the best ${MOST_FOUND} of ${all} variants; “Runs” has all`;
}

function variantColumns(rows: readonly VariantRow[], study: Study): TableColumn<VariantRow>[] {
  const { titles, cellsOf } = variantNames(study);
  const { means, deviations, medians, intervals } = statisticsOf(rows);
  const textOf = (texts: readonly string[]) => (row: VariantRow) => texts[rows.indexOf(row)];
  const shown = (texts: readonly string[], column: TableColumn<VariantRow>) =>
    texts.every((text) => text === '') ? [] : [column];
  return [
    ...titles.map((title, i) => ({ title, text: ({ variant }: VariantRow) => cellsOf(variant)[i] })),
    { title: 'n', text: ({ description }) => description?.n ?? 0, value: ({ description }) => description?.n ?? 0 },
    { title: 'Mean', text: textOf(means), value: ({ description }) => description?.mean ?? null },
    ...shown(deviations, {
      title: 'SD',
      text: textOf(deviations),
      value: ({ description }) => description?.standardDeviation ?? null,
    }),
    ...shown(medians, {
      title: 'Median',
      text: textOf(medians),
      value: ({ description }) => description?.median ?? null,
    }),
    ...shown(intervals, {
      title: '95 % interval',
      text: textOf(intervals),
      value: ({ interval }) => interval?.[0] ?? null,
    }),
    ...testColumn(rows, study),
    ...(rows.some((row) => leftOutText(row) !== '') ? [{ title: 'Left out', text: leftOutText }] : []),
  ];
}

/** What the runs scored on the test set, on average; it had no part in the comparison. */
function testColumn(rows: readonly VariantRow[], { metric }: Study): TableColumn<VariantRow>[] {
  const name = metric.name.replace(/^(best_)?(val|train)_/, 'test_');
  if (name === metric.name) return [];
  const means = rows.map(({ variant }) => {
    const scores = metricValues(variant.runs, name);
    return scores.length === 0 ? null : mean(scores);
  });
  if (means.every((each) => each === null)) return [];
  const texts = columnOf(
    means,
    rows.map(({ interval }) => halfWidthOf(interval)),
  );
  const at = (row: VariantRow): number => rows.indexOf(row);
  return [{ title: titledMetric(name), text: (row) => texts[at(row)], value: (row) => means[at(row)] }];
}

/** Every comparison that was made, with its evidence. */
export function comparisonTable(study: Study): Content {
  const { answer, metric } = study;
  if (!answer || answer.comparisons.length === 0 || isOfOneRunEach(study)) return null;
  const { comparisons } = answer;
  return markup`<details ${comparisons.length <= 10 ? 'open' : ''}>
    <summary>Comparisons (${numberText(comparisons.length)})</summary>
    ${tableMarkup({
      id: 'comparisons-table',
      caption: `Differences in ${metric.name}${inWords(metric.name)}, the first less the second`,
      columns: comparisonColumns(comparisons, variantNames(study)),
      rows: comparisons,
    })}
  </details>`;
}

function inWords(metric: string): string {
  const unit = unitOf(metric).ofDifference.trim();
  return unit === '' ? '' : `, in ${unit}`;
}

function comparisonColumns(
  comparisons: readonly Comparison[],
  { heading, short }: VariantNames,
): TableColumn<Comparison>[] {
  const intervals = comparisons.map(({ interval }) => interval);
  const differences = columnOf(
    comparisons.map(({ difference }) => difference),
    intervals.map(halfWidthOf),
  );
  const textOf = (texts: readonly string[]) => (row: Comparison) => texts[comparisons.indexOf(row)];
  return [
    { title: `First (${heading})`, text: ({ first }) => short(first) },
    { title: 'Second', text: ({ second }) => short(second) },
    { title: 'Verdict', text: ({ verdict }) => verdictText(verdict) },
    { title: 'Difference', text: textOf(differences), value: ({ difference }) => difference },
    { title: 'Interval', text: textOf(intervalColumn(intervals)), value: ({ interval }) => interval?.[0] ?? null },
    {
      title: 'p, adjusted',
      text: ({ adjusted }) => pValueText(adjusted.difference),
      value: ({ adjusted }) => adjusted.difference,
    },
    {
      title: 'p, equivalence',
      text: ({ adjusted }) => pValueText(adjusted.equivalence),
      value: ({ adjusted }) => adjusted.equivalence,
    },
    {
      title: 'Hedges’ g',
      text: ({ effect }) => inDigitsOf(effect?.hedgesGz, 0.5),
      value: ({ effect }) => effect?.hedgesGz ?? null,
    },
    { title: 'Seeds', text: ({ seeds }) => seeds, value: ({ seeds }) => seeds },
  ];
}
