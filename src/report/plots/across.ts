import * as Plot from '@observablehq/plot';
import { titlesOf } from '../../analysis/answer-facts.js';
import { mean } from '../../analysis/statistics/describe.js';
import type { AcrossStudy, Study } from '../../study/study.js';
import { titledMetric, unitOf } from '../../text/metric-unit.js';
import { counted, listed } from '../../text/words.js';
import { numberText, signedText } from '../numbers.js';
import { referenceOf } from '../variant-rows.js';
import { fileWord, type Figure } from './figure.js';
import { ink, STROKES } from './palette.js';
import { drawRows } from './rows.js';
import { drawPlot, withLegend } from './svg.js';

/** Of more variants than this only the nearest are drawn. */
const MOST_VARIANTS = 6;

/** How far each variant is from the best on each dataset, and what share of its runs is above each score. */
export function acrossFigures(study: Study): Figure[] {
  const { across, answer } = study;
  if (!across || !answer) return [];
  return [...differenceFigures(study, across), profileFigure(study, across)];
}

/** A variant less the reference on one dataset, or over all of them. */
interface Point {
  row: number;
  label: string;
  value: number;
  lower: number;
  upper: number;
  isOverall: boolean;
}

function differenceFigures(study: Study, across: AcrossStudy): Figure[] {
  const { answer, metric } = study;
  const reference = referenceOf(study);
  const titleOf = titlesOf(answer?.variants ?? []);
  const own = across.comparisons
    .filter(({ first, second }) => first === reference || second === reference)
    .map((one) => ({ one, sign: one.second === reference ? 1 : -1 }))
    .toSorted((a, b) => sizeOf(a.one) - sizeOf(b.one))
    .slice(0, MOST_VARIANTS);
  const unit = unitOf(metric.name).ofDifference;
  return own.map(({ one, sign }, i) => {
    const other = sign > 0 ? one.first : one.second;
    const overall = answer?.comparisons.find(({ first, second }) => first === one.first && second === one.second);
    const points = pointsOf(across, one, sign, overall?.interval ?? null);
    return {
      name: `datasets-difference-${i + 1}-${fileWord(titleOf(other))}`,
      title: `${titleOf(other)} less ${titleOf(reference)}, on each dataset`,
      caption:
        'Dots: the mean over the seeds of a dataset. The last row: over all datasets, each counting the same, with its interval, adjusted for all comparisons; ' +
        'the thin line is where the difference may lie on one more dataset like these (95 %).',
      alternative: `Differences in ${metric.name}${unit && ` in${unit}`}: ${listed(
        points.map(({ label, value }) => `${label} ${signedText(value)}`),
        points.length,
      )}.`,
      isCompact: false,
      draw: (width: number) =>
        drawDifferences(points, `difference in ${metric.name}${unit && ` (${unit.trim()})`}`, width),
    };
  });
}

function sizeOf({ differences }: AcrossStudy['comparisons'][number]): number {
  return Math.abs(mean(differences.filter((each) => each !== null)));
}

function pointsOf(
  { datasets }: AcrossStudy,
  { differences, between }: AcrossStudy['comparisons'][number],
  sign: number,
  interval: readonly [number, number] | null,
): Point[] {
  const ofEach = datasets.flatMap((label, i) => {
    const difference = differences[i];
    const value = sign * (difference ?? 0);
    return difference === null ? [] : [{ label, value, lower: value, upper: value, isOverall: false }];
  });
  const overall = mean(ofEach.map(({ value }) => value));
  const [lower, upper] = (interval ?? [sign * overall, sign * overall]).map((end) => sign * end).sort((a, b) => a - b);
  const next = (between?.next ?? []).map((end) => sign * end).sort((a, b) => a - b);
  return [
    ...ofEach,
    { label: 'over all', value: overall, lower, upper, isOverall: true },
    ...(next.length === 2
      ? [{ label: 'one more dataset', value: overall, lower: next[0], upper: next[1], isOverall: false }]
      : []),
  ].map((point, row) => ({ ...point, row }));
}

function drawDifferences(points: readonly Point[], label: string, width: number): string {
  const title = ({ label: name, value, lower, upper }: Point): string =>
    `${name} ${signedText(value)}${lower < upper ? ` (${signedText(lower)} to ${signedText(upper)})` : ''}`;
  const rows = points.filter(({ lower, upper }) => lower < upper);
  return drawRows({
    width,
    labels: points.map((point) => ({ text: point.label })),
    x: { label, zero: true },
    marks: (dy) => [
      Plot.ruleX([0], { stroke: ink('text'), strokeOpacity: 0.5 }),
      ...rows.map((row) =>
        Plot.ruleY([row], {
          y: 'row',
          x1: 'lower',
          x2: 'upper',
          stroke: ink('series1'),
          strokeWidth: row.isOverall ? 3 : 1,
          dy,
        }),
      ),
      Plot.dot(
        points.filter(({ isOverall, lower, upper }) => isOverall || lower === upper),
        { y: 'row', x: 'value', r: 5, fill: ink('series1'), title, dy },
      ),
    ],
  }).svg;
}

/** A performance profile (Dolan and Moré 2002; Agarwal et al. 2021): higher is better everywhere. */
function profileFigure(study: Study, across: AcrossStudy): Figure {
  const sign = study.metric.goal === 'maximize' ? 1 : -1;
  const shown = across.variants
    .toSorted((a, b) => sign * ((b.interquartileMean?.value ?? 0) - (a.interquartileMean?.value ?? 0)))
    .slice(0, STROKES.length);
  const beyond = sign > 0 ? 'at least' : 'at most';
  const label = titledMetric(study.metric.name);
  return {
    name: 'datasets-profile',
    title: 'Performance profiles',
    caption: `The share of a variant’s runs, on all datasets, that come to ${beyond} a score: one whose line lies above another’s everywhere is better in every respect.`,
    alternative: `The mean of the middle half of all runs: ${listed(
      shown.map(({ title, interquartileMean: each }) => `${title} ${each ? numberText(each.value) : '–'}`),
      6,
    )}; ${counted(across.datasets.length, 'dataset')}.`,
    isCompact: false,
    draw: (width) => drawProfiles(shown, sign, label, width),
  };
}

function drawProfiles(shown: AcrossStudy['variants'], sign: number, label: string, width: number): string {
  const curve = sign > 0 ? ('step-before' as const) : ('step-after' as const);
  const plot = drawPlot({
    width,
    height: 300,
    marginLeft: 48,
    marginRight: 16,
    marginTop: 12,
    marginBottom: 44,
    color: { type: 'identity' },
    x: { label, nice: true },
    y: { label: null, domain: [0, 100] },
    marks: [
      Plot.gridY({ stroke: ink('grid'), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, tickFormat: (share: number) => `${share} %` }),
      ...shown.map(({ scores }, i) => {
        const { color: stroke, dash: strokeDasharray } = STROKES[i];
        return Plot.line(stepsOf(scores, sign), {
          x: 'score',
          y: 'share',
          stroke,
          strokeWidth: 2,
          strokeDasharray,
          curve,
        });
      }),
    ],
  });
  const legend = shown.map(({ title }, i) => ({ label: title, sample: STROKES[i] }));
  return withLegend(plot, legend).svg;
}

/** At each score of a run, the share of runs that come to it, in percent. @param sign −1 where lower is better */
function stepsOf(scores: readonly number[], sign: number): { score: number; share: number }[] {
  const reached = (score: number): number => scores.filter((each) => sign * each >= sign * score).length;
  return scores.map((score) => ({ score, share: (100 * reached(score)) / scores.length }));
}
