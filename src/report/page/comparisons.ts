import type { Comparison } from '../../analysis/answer-facts.js';
import type { Study } from '../../study/study.js';
import { differenceText, verdictText } from '../plots/differences.js';
import { numberText, pValueText, signedText } from '../plots/numbers.js';
import { rankVariants, type Ranked } from '../plots/ranking.js';
import { describe } from '../../analysis/statistics/describe.js';
import { markup, type Content } from './markup.js';
import { tableMarkup, type TableColumn } from './table.js';

/** More comparisons than this are told only where they say something: with the best, or a difference. */
const MOST_COMPARISONS = 500;

/** The statistics of each variant. */
export function variantTable(study: Study): Content {
  const ranked = rankVariants(study);
  if (ranked.length === 0) return null;
  const best = new Set(study.answer?.best ?? []);
  return tableMarkup<Ranked>({
    id: 'variants-table',
    caption: `${study.metric.name} of each variant, best first`,
    columns: variantColumns(),
    rows: ranked,
    classOf: ({ variant }) => (best.has(variant.name) ? 'best' : ''),
  });
}

function variantColumns(): TableColumn<Ranked>[] {
  const statistic = (title: string, value: (ranked: Ranked) => number | null): TableColumn<Ranked> => ({
    title,
    text: (ranked) => maybe(value(ranked), numberText),
    value,
  });
  return [
    { title: 'Variant', text: ({ variant }) => variant.name },
    statistic('n', ({ values }) => values.length),
    statistic('Mean', ({ mean }) => mean),
    statistic('SD', ({ values }) => describe(values).standardDeviation),
    statistic('Median', ({ values }) => describe(values).median),
    {
      title: '95 % interval',
      text: ({ interval }) => (interval ? `${numberText(interval[0])} to ${numberText(interval[1])}` : ''),
      value: ({ interval }) => interval?.[0] ?? null,
    },
    statistic('Left out', ({ variant, values }) => variant.runs.length - values.length),
  ];
}

/** Every comparison that was made, with its evidence. */
export function comparisonTable({ answer, metric }: Study): Content {
  if (!answer || answer.comparisons.length === 0) return null;
  const { comparisons, leader } = answer;
  const telling = comparisons.filter(
    ({ first, second }) => comparisons.length <= MOST_COMPARISONS || first === leader || second === leader,
  );
  const untold = comparisons.length - telling.length;
  const which = untold > 0 ? `those with the best; ${numberText(untold)} more were made` : 'all that were made';
  return markup`<details ${comparisons.length <= 10 ? 'open' : ''}>
    <summary>Comparisons in ${metric.name} (${comparisons.length})</summary>
    ${tableMarkup({ id: 'comparisons-table', caption: `Comparisons: ${which}`, columns: COMPARISON_COLUMNS, rows: telling })}
  </details>`;
}

const COMPARISON_COLUMNS: TableColumn<Comparison>[] = [
  { title: 'First less second', text: ({ first, second }) => markup`${first} <span class="less">−</span> ${second}` },
  { title: 'Verdict', text: ({ verdict }) => verdictText(verdict) },
  { title: 'Difference', text: ({ difference }) => differenceText(difference), value: ({ difference }) => difference },
  {
    title: 'Interval',
    text: ({ interval }) => (interval ? `${signedText(interval[0])} to ${signedText(interval[1])}` : ''),
    value: ({ interval }) => interval?.[0] ?? null,
  },
  {
    title: 'p, adjusted',
    text: ({ adjusted }) => maybe(adjusted.difference, pValueText),
    value: ({ adjusted }) => adjusted.difference,
  },
  {
    title: 'p, equivalence',
    text: ({ adjusted }) => maybe(adjusted.equivalence, pValueText),
    value: ({ adjusted }) => adjusted.equivalence,
  },
  { title: 'Seeds', text: ({ seeds }) => seeds, value: ({ seeds }) => seeds },
];

function maybe(value: number | null, text: (value: number) => string): string {
  return value === null ? '' : text(value);
}
