import type { Comparison } from '../../analysis/answer-facts.js';
import type { Study } from '../../study/study.js';
import { titledMetric, unitOf } from '../../metric-unit.js';
import { columnOf, numberText } from '../numbers.js';
import { halfWidthOf, inDigitsOf, pValueText } from '../../digits.js';
import { verdictText } from '../plots/differences.js';
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
    caption: `${titledMetric(study.metric.name)} of each variant, best first`,
    columns: variantColumns(rows, variantNames(study)),
    rows,
    classOf: ({ variant }) => (best.has(variant.name) ? 'best' : ''),
  });
}

function variantColumns(rows: readonly VariantRow[], { titles, cellsOf }: VariantNames): TableColumn<VariantRow>[] {
  const { means, deviations, medians, intervals } = statisticsOf(rows);
  const textOf = (texts: readonly string[]) => (row: VariantRow) => texts[rows.indexOf(row)];
  return [
    ...titles.map((title, i) => ({ title, text: ({ variant }: VariantRow) => cellsOf(variant)[i] })),
    { title: 'n', text: ({ description }) => description?.n ?? 0, value: ({ description }) => description?.n ?? 0 },
    { title: 'Mean', text: textOf(means), value: ({ description }) => description?.mean ?? null },
    { title: 'SD', text: textOf(deviations), value: ({ description }) => description?.standardDeviation ?? null },
    { title: 'Median', text: textOf(medians), value: ({ description }) => description?.median ?? null },
    { title: '95 % interval', text: textOf(intervals), value: ({ interval }) => interval?.[0] ?? null },
    { title: 'Left out', text: leftOutText },
  ];
}

/** Every comparison that was made, with its evidence. */
export function comparisonTable(study: Study): Content {
  const { answer, metric } = study;
  if (!answer || answer.comparisons.length === 0) return null;
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
