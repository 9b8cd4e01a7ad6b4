import * as Plot from '@observablehq/plot';
import type { Answer } from '../../analysis/answer.js';
import type { Verdict } from '../../analysis/verdicts.js';
import type { Interval } from '../../analysis/statistics/intervals.js';
import { unitOf, type MetricUnit } from '../../text/metric-unit.js';
import type { Study } from '../../study/study.js';
import type { Figure } from './figure.js';
import { signedText } from '../numbers.js';
import { variantNames } from '../variant-names.js';
import { referenceOf, variantRows } from '../variant-rows.js';
import { ink } from './palette.js';
import { drawVariantRows, endsOf, intervalMark, type RowsOptions } from './rows.js';
import { listed } from '../../text/words.js';

/** A variant less the one that all are compared with. */
interface Difference {
  /** The variant. */
  variant: string;
  /** Its short name. */
  name: string;
  value: number;
  interval: Interval | null;
  verdict: Verdict;
}

const MOST_ROWS = 40;

/** What a verdict is called, and how it is drawn. */
const VERDICTS: Record<Verdict, { words: string; symbol: 'circle' | 'square'; isFilled: boolean }> = {
  different: { words: 'different', symbol: 'circle', isFilled: true },
  equivalent: { words: 'no practical difference', symbol: 'square', isFilled: true },
  identical: { words: 'identical', symbol: 'square', isFilled: true },
  undecided: { words: 'can’t tell yet', symbol: 'circle', isFilled: false },
};

/** How far each variant is from the baseline or, without one, from the best. */
export function differenceFigures(study: Study): Figure[] {
  const { answer, metric } = study;
  if (!answer) return [];
  const { short } = variantNames(study);
  const reference = short(referenceOf(study));
  const differences = differencesOf(study);
  if (differences.length === 0) return [];
  const shown = differences.slice(0, MOST_ROWS);
  return [
    {
      name: 'differences',
      title: `Difference from ${answer.baseline === null ? 'the best' : 'the baseline'}, ${reference}`,
      caption: captionOf(answer, unitOf(metric.name)),
      alternative: `Differences in ${metric.name}${unitNote(metric.name)} from ${reference}: ${listed(differences.map(told), 8)}.`,
      isCompact: false,
      draw: (width) => draw(shown, study, answer, width),
    },
  ];
}

function unitNote(metric: string): string {
  const unit = unitOf(metric).ofDifference.trim();
  return unit === '' ? '' : ` (${unit})`;
}

function captionOf({ judgement, comparisons }: Answer, unit: MetricUnit): string {
  const margin =
    judgement.margin === null
      ? ''
      : ` The band is the margin, ±${judgement.margin}${unit.ofDifference}, in which no difference matters.`;
  const family = comparisons.length > 1 ? `, adjusted for ${comparisons.length} comparisons` : '';
  const interval = judgement.sequential ? 'sequential interval' : 'interval';
  return `Over the seeds that both have, each with its ${interval}${family}: it leaves out 0 just where a difference is claimed. Filled circle: different; hollow: can’t tell yet; square: no practical difference.${margin}`;
}

/** What each variant has more or less than the reference; the smallest difference first. */
function differencesOf(study: Study): Difference[] {
  const { short } = variantNames(study);
  const differences = variantRows(study).flatMap(({ variant, comparison }): Difference[] => {
    if (comparison === null || comparison.difference === null) return [];
    return [{ ...comparison, variant: variant.name, name: short(variant.name), value: comparison.difference }];
  });
  return differences.sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
}

function told({ name, value, interval, verdict }: Difference): string {
  const range = interval ? ` (${signedText(interval[0])} to ${signedText(interval[1])})` : '';
  return `${name} ${signedText(value)}${range}, ${VERDICTS[verdict].words}`;
}

function draw(shown: readonly Difference[], study: Study, { judgement }: Answer, width: number): string {
  const label = `difference in ${study.metric.name}${unitNote(study.metric.name)}`;
  return drawVariantRows(
    shown,
    study,
    ({ variant }) => variant,
    // Far from zero, neither it nor the margin around it is in sight.
    (some, isBehind) => stripOf(some, { label, near: isBehind ? null : { margin: judgement.margin }, width }),
  ).svg;
}

function stripOf(
  shown: readonly Difference[],
  { label, near, width }: { label: string; near: { margin: number | null } | null; width: number },
): Omit<RowsOptions, 'heading' | 'labels'> {
  const rows = shown.map((difference, row) => ({
    ...difference,
    row,
    ...endsOf(difference.interval, difference.value),
    title: told(difference),
    symbol: VERDICTS[difference.verdict].symbol,
    fill: VERDICTS[difference.verdict].isFilled ? ink('series1') : ink('surface'),
  }));
  return {
    width,
    x: { label },
    tickText: (value) => (value === 0 ? '0' : signedText(value)),
    marks: (dy) => [
      ...(near ? nearMarks(near.margin) : []),
      intervalMark(rows, dy),
      Plot.dot(rows, {
        y: 'row',
        x: 'value',
        r: 5,
        symbol: 'symbol',
        fill: 'fill',
        stroke: ink('series1'),
        strokeWidth: 2,
        title: 'title',
        dy,
      }),
    ],
  };
}

function nearMarks(margin: number | null): Plot.Markish[] {
  const band = margin && Plot.rectX([margin], { x1: -margin, x2: margin, fill: ink('series1'), fillOpacity: 0.12 });
  return [...(band ? [band] : []), Plot.ruleX([0], { stroke: ink('text'), strokeWidth: 1 })];
}

/** Words for a verdict. */
export function verdictText(verdict: Verdict): string {
  return VERDICTS[verdict].words;
}
