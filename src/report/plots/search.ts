import * as Plot from '@observablehq/plot';
import { type ExpectedBest, expectedBest } from '../../analysis/statistics/expected-best.js';
import { shortKey, valueLabel } from '../../config/sweep/label.js';
import { possibleValues, titledMetric, unitOf } from '../../text/metric-unit.js';
import type { Json } from '../../config/text/tree.js';
import type { Study } from '../../study/study.js';
import { durationText } from '../../text/words.js';
import { numberText } from '../numbers.js';
import { hasLevels } from '../tables.js';
import { variantNames } from '../variant-names.js';
import { fileWord, type Figure } from './figure.js';
import { ink } from './palette.js';
import { rankVariants } from './ranking.js';
import { drawRows } from './rows.js';
import { isLogarithmic } from './scale.js';
import { drawPlot } from './svg.js';

const MOST_FIGURES = 6;

/** A variant: a number that a search has drawn, and what it came to. */
interface Point {
  x: number;
  value: number;
  title: string;
}

/**
 * Of a search: the best so far, and the metric against each parameter that was drawn.
 * @param study with every variant
 * @param others of it those that are shown
 */
export function searchFigures(study: Study, others: Study): Figure[] {
  const { factors, search } = others;
  if (factors.length === 0 || (!search && factors.every(hasLevels))) return [];
  const keys = factors.map(({ key }) => key);
  const shown = factors.filter((factor) => search || !hasLevels(factor)).slice(0, MOST_FIGURES);
  return [
    bestSoFar(study, others),
    ...byBudget(study),
    ...shown.flatMap(({ key }) => against(others, key, shortKey(key, keys))),
  ];
}

function bestSoFar(study: Study, others: Study): Figure {
  const sign = study.metric.goal === 'maximize' ? 1 : -1;
  const { short } = variantNames(study);
  const points = rankVariants(others).map(({ variant, mean }): Point => {
    const x = study.variants.findIndex(({ name }) => name === variant.name) + 1;
    return { x, value: mean, title: `variant ${x}, ${short(variant.name)}: ${numberText(mean)}` };
  });
  const drawn = points.toSorted((a, b) => a.x - b.x);
  let best = -Infinity;
  const line = drawn.map(({ x, value }) => ({ x, value: sign * (best = Math.max(best, sign * value)) }));
  const last = line.at(-1)?.value ?? NaN;
  return {
    name: 'best-so-far',
    title: 'Best so far',
    caption: 'A point a variant, in the order in which they were drawn; the line is the best up to there.',
    alternative: `After ${study.variants.length} variants the best ${titledMetric(study.metric.name)} is ${numberText(last)}.`,
    isCompact: true,
    draw: (width) => draw({ points, line, label: 'variant', metric: titledMetric(study.metric.name) }, width),
  };
}

/** What a random search comes to by how much it tries: draws of other methods depend on those before. */
function byBudget(study: Study): Figure[] {
  const ranked = rankVariants(study);
  if (study.search?.method !== 'random' || ranked.length < FEWEST_DRAWS) return [];
  const curve = expectedBest(
    ranked.map(({ mean }) => mean),
    study.metric.goal,
  );
  const seconds = study.variants.flatMap(({ runs }) => runs.map(({ trainingSeconds }) => trainingSeconds));
  const total = durationText(Math.ceil(seconds.reduce((sum, each) => sum + each, 0)));
  const metric = titledMetric(study.metric.name);
  const told = (draws: number): string => `${numberText(curve[draws - 1].mean)} of ${draws}`;
  return [
    {
      name: 'expected-best',
      title: 'Expected best by budget',
      caption: `What the best of so many drawn variants is expected to come to, ± one standard deviation (Dodge et al. 2019); all ${curve.length} took ${total} of training.`,
      alternative: `${metric}: ${told(1)}, ${told(Math.ceil(curve.length / 2))}, ${told(curve.length)} variants.`,
      isCompact: true,
      draw: (width) => drawBudget(curve, study, width),
    },
  ];
}

/** With fewer draws a curve says nothing. */
const FEWEST_DRAWS = 5;

function drawBudget(curve: readonly ExpectedBest[], { metric: { name } }: Study, width: number): string {
  const band = curve.map(({ draws, mean, standardDeviation: half }) => {
    const [low, high] = possibleValues([mean - half, mean + half], name, unitOf(name).factor);
    return { draws, low, high };
  });
  return drawMetric({
    width,
    x: { label: 'variants tried' },
    metric: titledMetric(name),
    marks: [
      Plot.areaY(band, { x: 'draws', y1: 'low', y2: 'high', fill: ink('series1'), fillOpacity: 0.14 }),
      Plot.line(curve, { x: 'draws', y: 'mean', stroke: ink('series1'), strokeWidth: 2 }),
    ],
  });
}

function against(study: Study, key: string, name: string): Figure[] {
  const { short } = variantNames(study);
  const ranked = rankVariants(study).filter(({ variant }) => Object.hasOwn(variant.values, key));
  const points = ranked.map(({ variant, mean }) => {
    return { of: variant.values[key], value: mean, title: `${short(variant.name)}: ${numberText(mean)}` };
  });
  if (points.length === 0) return [];
  const [{ of: best }] = points;
  const metric = titledMetric(study.metric.name);
  const numbers = points.flatMap(({ of, ...point }): Point[] => (typeof of === 'number' ? [{ ...point, x: of }] : []));
  const isNumeric = numbers.length === points.length;
  return [
    {
      name: `against-${fileWord(name)}`,
      title: `${study.metric.name} against ${name}`,
      caption: 'A point a variant, the best filled; all else was drawn, too.',
      alternative: `${points.length} variants; the best has ${name} ${valueLabel(best)}.`,
      isCompact: true,
      draw: (width) =>
        isNumeric ? draw({ points: numbers, line: [], label: name, metric }, width) : drawLevels(points, metric, width),
    },
  ];
}

/** What is no number has a line for each value. */
function drawLevels(
  points: readonly { of: Json; value: number; title: string }[],
  metric: string,
  width: number,
): string {
  const levels = [...new Set(points.map(({ of }) => valueLabel(of)))];
  const placed = points.map(({ of, ...point }) => ({ ...point, row: levels.indexOf(valueLabel(of)) }));
  return drawRows({
    width,
    labels: levels.map((text) => ({ text })),
    x: { label: metric },
    marks: (dy) => dotMarks(placed, { y: 'row', x: 'value', dy }),
  }).svg;
}

/** The points, of which the first is the best. */
function dotMarks(points: readonly { title: string }[], place: Plot.DotOptions): Plot.Markish[] {
  const dot = { ...place, r: 4, stroke: ink('series1'), strokeWidth: 1.5, title: 'title' };
  return [Plot.dot(points, dot), Plot.dot(points.slice(0, 1), { ...dot, r: 5, fill: ink('series1') })];
}

interface SearchPlot {
  /** The best first. */
  points: readonly Point[];
  line: readonly { x: number; value: number }[];
  label: string;
  metric: string;
}

function draw({ points, line, label, metric }: SearchPlot, width: number): string {
  const isLog = line.length === 0 && isLogarithmic(points.map(({ x }) => x));
  return drawMetric({
    width,
    x: { type: isLog ? 'log' : 'linear', label },
    metric,
    marks: [
      Plot.axisX({ ticks: isLog ? 4 : 5, tickSize: 4, tickFormat: isLog ? '~g' : undefined }),
      Plot.line(line, { x: 'x', y: 'value', curve: 'step-after', stroke: ink('series1'), strokeWidth: 2 }),
      ...dotMarks(points, { x: 'x', y: 'value' }),
    ],
  });
}

interface MetricPlot {
  width: number;
  x: Plot.ScaleOptions;
  metric: string;
  marks: Plot.Markish[];
}

/** The metric, upwards, against something. */
function drawMetric({ width, x, metric, marks }: MetricPlot): string {
  return drawPlot({
    width,
    height: 260,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 26,
    marginBottom: 42,
    color: { type: 'identity' },
    x: { ...x, inset: 10 },
    y: { label: metric, nice: true, inset: 8 },
    marks: [
      Plot.gridY({ stroke: ink('grid'), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, label: null }),
      ...marks,
    ],
  }).svg;
}
