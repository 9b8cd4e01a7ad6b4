import type { Comparison } from '../../analysis/answer-facts.js';
import type { Study } from '../../study/study.js';
import { halfWidthOf, inDigitsOf, intervalText, numberText, pValueText } from '../numbers.js';
import { verdictText } from '../plots/differences.js';
import { leftOutText } from '../tables.js';
import { variantRows, type VariantRow } from '../variant-rows.js';
import { markup, type Content } from './markup.js';
import { tableMarkup, type TableColumn } from './table.js';

/** The statistics of each variant. */
export function variantTable(study: Study): Content {
  const best = new Set(study.answer?.best ?? []);
  return tableMarkup<VariantRow>({
    id: 'variants-table',
    caption: `${study.metric.name} of each variant, best first`,
    columns: VARIANT_COLUMNS,
    rows: variantRows(study),
    classOf: ({ variant }) => (best.has(variant.name) ? 'best' : ''),
  });
}

const VARIANT_COLUMNS: TableColumn<VariantRow>[] = [
  { title: 'Variant', text: ({ variant }) => variant.name },
  { title: 'n', text: ({ description }) => description?.n ?? 0, value: ({ description }) => description?.n ?? 0 },
  {
    title: 'Mean',
    text: ({ description, interval }) => inDigitsOf(description?.mean, halfWidthOf(interval)),
    value: ({ description }) => description?.mean ?? null,
  },
  {
    title: 'SD',
    text: ({ description }) => inDigitsOf(description?.standardDeviation, description?.standardDeviation ?? null),
    value: ({ description }) => description?.standardDeviation ?? null,
  },
  {
    title: 'Median',
    text: ({ description, interval }) => inDigitsOf(description?.median, halfWidthOf(interval)),
    value: ({ description }) => description?.median ?? null,
  },
  {
    title: '95 % interval',
    text: ({ interval }) => intervalText(interval),
    value: ({ interval }) => interval?.[0] ?? null,
  },
  { title: 'Left out', text: leftOutText },
];

/** Every comparison that was made, with its evidence. */
export function comparisonTable({ answer, metric }: Study): Content {
  if (!answer || answer.comparisons.length === 0) return null;
  const { comparisons } = answer;
  return markup`<details ${comparisons.length <= 10 ? 'open' : ''}>
    <summary>Comparisons (${numberText(comparisons.length)})</summary>
    ${tableMarkup({
      id: 'comparisons-table',
      caption: `Differences in ${metric.name}, the first less the second`,
      columns: COMPARISON_COLUMNS,
      rows: comparisons,
    })}
  </details>`;
}

const COMPARISON_COLUMNS: TableColumn<Comparison>[] = [
  { title: 'First', text: ({ first }) => first },
  { title: 'Second', text: ({ second }) => second },
  { title: 'Verdict', text: ({ verdict }) => verdictText(verdict) },
  {
    title: 'Difference',
    text: ({ difference, interval }) => inDigitsOf(difference, halfWidthOf(interval)),
    value: ({ difference }) => difference,
  },
  {
    title: 'Interval',
    text: ({ interval }) => intervalText(interval),
    value: ({ interval }) => interval?.[0] ?? null,
  },
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
