import * as Plot from '@observablehq/plot';
import { shortKey } from '../../config/sweep/label.js';
import { titledMetric } from '../../metric-unit.js';
import type { Factor, Study } from '../../study/study.js';
import { numberText } from '../numbers.js';
import { hasLevels } from '../tables.js';
import { variantNames } from '../variant-names.js';
import { fileWord, type Figure } from './figure.js';
import { ink } from './palette.js';
import { rankVariants } from './ranking.js';
import { drawPlot } from './svg.js';

/** Numbers further apart than this are drawn on a logarithmic scale. */
const LOG_RATIO = 20;
const MOST_FIGURES = 6;

/** A variant: a number that a search has drawn, and what it came to. */
interface Point {
  x: number;
  value: number;
  title: string;
}

/** Of a search: the best so far, and the metric against each number that was drawn. */
export function searchFigures(study: Study): Figure[] {
  const searched = study.factors.filter((factor) => !hasLevels(factor)).slice(0, MOST_FIGURES);
  if (searched.length === 0) return [];
  const keys = study.factors.map(({ key }) => key);
  return [bestSoFar(study), ...searched.map((factor) => against(study, factor, shortKey(factor.key, keys)))];
}

function bestSoFar(study: Study): Figure {
  const sign = study.metric.goal === 'maximize' ? 1 : -1;
  const mean = new Map(rankVariants(study).map((ranked) => [ranked.variant, ranked.mean]));
  const { short } = variantNames(study);
  const points = study.variants.flatMap((variant, i): Point[] => {
    const value = mean.get(variant);
    if (value === undefined) return [];
    return [{ x: i + 1, value, title: `variant ${i + 1}, ${short(variant.name)}: ${numberText(value)}` }];
  });
  let best = -Infinity;
  const line = points.map(({ x, value }) => ({ x, value: sign * (best = Math.max(best, sign * value)) }));
  const last = line.at(-1)?.value ?? NaN;
  return {
    name: 'best-so-far',
    title: 'Best so far',
    caption: 'A point a variant, in the order in which they were drawn; the line is the best up to there.',
    alternative: `After ${points.length} variants the best ${titledMetric(study.metric.name)} is ${numberText(last)}.`,
    isCompact: true,
    draw: (width) => draw({ points, line, label: 'variant', metric: titledMetric(study.metric.name) }, width),
  };
}

function against(study: Study, { key }: Factor, name: string): Figure {
  const { short } = variantNames(study);
  const points = rankVariants(study).flatMap(({ variant, mean }): Point[] => {
    const x = variant.values[key];
    return typeof x === 'number' ? [{ x, value: mean, title: `${short(variant.name)}: ${numberText(mean)}` }] : [];
  });
  const [best] = points;
  return {
    name: `against-${fileWord(name)}`,
    title: `${study.metric.name} against ${name}`,
    caption: 'A point a variant; all else was drawn, too.',
    alternative: `${points.length} variants; the best has ${name} ${numberText(best.x)}.`,
    isCompact: true,
    draw: (width) => draw({ points, line: [], label: name, metric: titledMetric(study.metric.name) }, width),
  };
}

interface SearchPlot {
  points: readonly Point[];
  line: readonly { x: number; value: number }[];
  label: string;
  metric: string;
}

function draw({ points, line, label, metric }: SearchPlot, width: number): string {
  const numbers = points.map(({ x }) => x);
  const isLog =
    line.length === 0 && Math.min(...numbers) > 0 && Math.max(...numbers) / Math.min(...numbers) > LOG_RATIO;
  return drawPlot({
    width,
    height: 260,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 26,
    marginBottom: 42,
    color: { type: 'identity' },
    x: { type: isLog ? 'log' : 'linear', label, inset: 10 },
    y: { label: metric, nice: true, inset: 8 },
    marks: [
      Plot.gridY({ stroke: ink('grid'), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, label: null }),
      Plot.axisX({ ticks: isLog ? 4 : 5, tickSize: 4, tickFormat: isLog ? '~g' : undefined }),
      Plot.line(line, { x: 'x', y: 'value', curve: 'step-after', stroke: ink('series1'), strokeWidth: 2 }),
      Plot.dot(points, { x: 'x', y: 'value', r: 4, stroke: ink('series1'), strokeWidth: 1.5, title: 'title' }),
    ],
  }).svg;
}
