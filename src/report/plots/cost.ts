import * as Plot from '@observablehq/plot';
import { titledMetric } from '../../text/metric-unit.js';
import type { Study, VariantCost } from '../../study/study.js';
import type { Figure } from './figure.js';
import { numberText } from '../numbers.js';
import { ink } from './palette.js';
import { variantNames } from '../variant-names.js';
import { rankVariants } from './ranking.js';
import { drawPlot, withLegend } from './svg.js';
import { durationText, listed } from '../../text/words.js';

interface CostKind {
  key: keyof VariantCost;
  file: string;
  title: string;
  label: string;
  text: (value: number) => string;
}

const KINDS: readonly CostKind[] = [
  {
    key: 'trainingSeconds',
    file: 'time',
    title: 'training time',
    label: 'training time in seconds',
    text: durationText,
  },
  { key: 'parameters', file: 'parameters', title: 'parameters', label: 'parameters', text: numberText },
  { key: 'flops', file: 'flops', title: 'FLOPs', label: 'FLOPs of one image', text: numberText },
];

/** A variant: what it costs and what it achieves. */
export interface CostPoint {
  name: string;
  cost: number;
  value: number;
}

/** Numbers for more variants than this would stand over each other. */
const MOST_NUMBERED = 9;
/** Costs further apart than this are drawn on a logarithmic scale. */
const LOG_RATIO = 8;

/** The metric against each cost that differs between variants. */
export function costFigures(study: Study): Figure[] {
  return KINDS.flatMap((kind) => {
    const points = pointsOf(study, kind);
    return new Set(points.map(({ cost }) => cost)).size > 1 ? [figureOf(study, kind, points)] : [];
  });
}

function pointsOf(study: Study, { key }: CostKind): CostPoint[] {
  const { short } = variantNames(study);
  return rankVariants(study).flatMap(({ variant, mean }) => {
    const cost = variant.cost[key];
    return cost === null || cost <= 0 ? [] : [{ name: short(variant.name), cost, value: mean }];
  });
}

/** The points that no other beats in both: cheaper and at least as good, or as cheap and better. Cheapest first. */
export function paretoFront(points: readonly CostPoint[], goal: 'maximize' | 'minimize'): CostPoint[] {
  const sign = goal === 'maximize' ? 1 : -1;
  const byCost = points.toSorted((a, b) => a.cost - b.cost || sign * (b.value - a.value));
  let best = -Infinity;
  return byCost.filter(({ value }) => {
    const isBetter = sign * value > best;
    if (isBetter) best = sign * value;
    return isBetter;
  });
}

function figureOf({ metric }: Study, kind: CostKind, points: readonly CostPoint[]): Figure {
  const front = paretoFront(points, metric.goal);
  const told = front.map(({ name, cost, value }) => `${name} (${numberText(value)} for ${kind.text(cost)})`);
  return {
    name: `cost-${kind.file}`,
    title: `${metric.name} against ${kind.title}`,
    caption: 'Each point is a variant. On the line, the Pareto front, nothing is both cheaper and better.',
    alternative: `Of ${points.length} variants, these are on the Pareto front of ${titledMetric(metric.name)} and ${kind.title}, cheapest first: ${listed(told, 8)}.`,
    isCompact: true,
    draw: (width) => draw({ points, front, kind, metric: titledMetric(metric.name) }, width),
  };
}

interface CostPlot {
  points: readonly CostPoint[];
  front: readonly CostPoint[];
  kind: CostKind;
  metric: string;
}

function draw({ points, front, kind, metric }: CostPlot, width: number): string {
  const costs = points.map(({ cost }) => cost);
  const isLog = Math.max(...costs) / Math.min(...costs) > LOG_RATIO;
  const numbered = front.slice(0, MOST_NUMBERED).map((point, i) => ({ ...point, number: String(i + 1) }));
  const title = ({ name, cost, value }: CostPoint) => `${name}: ${numberText(value)}, ${kind.text(cost)}`;
  const isOther = (point: CostPoint) => !front.includes(point);
  const plot = drawPlot({
    width,
    height: 280,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 26,
    marginBottom: 42,
    color: { type: 'identity' },
    x: { type: isLog ? 'log' : 'linear', label: kind.label, nice: !isLog, inset: 10, tickFormat: '~s' },
    y: { label: metric, nice: true, inset: 8 },
    marks: [
      Plot.gridY({ stroke: ink('grid'), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, label: null }),
      Plot.axisX({ ticks: isLog ? 3 : 5, tickSize: 4, tickFormat: '~s' }),
      Plot.line(front, { x: 'cost', y: 'value', curve: 'step-after', stroke: ink('series1'), strokeWidth: 1.5 }),
      Plot.dot(points.filter(isOther), {
        x: 'cost',
        y: 'value',
        r: 3.5,
        stroke: ink('muted'),
        strokeWidth: 1.5,
        title,
      }),
      Plot.dot(front, { x: 'cost', y: 'value', r: 5, fill: ink('series1'), title }),
      Plot.text(numbered, {
        x: 'cost',
        y: 'value',
        text: 'number',
        dy: -13,
        fontWeight: 600,
        fill: ink('text'),
        stroke: ink('surface'),
        strokeWidth: 4,
      }),
    ],
  });
  return withLegend(
    plot,
    numbered.map(({ number, name }) => ({ label: name, sample: number })),
  ).svg;
}
