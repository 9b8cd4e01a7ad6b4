import { titledMetric } from '../../text/metric-unit.js';
import * as Plot from '@observablehq/plot';
import { mean } from '../../analysis/statistics/describe.js';
import type { EpochPoint, Study, StudyRun, StudyVariant } from '../../study/study.js';
import { fileWord, type Figure } from './figure.js';
import { numberText } from '../numbers.js';
import { ink, STROKES, type Stroke } from './palette.js';
import { variantNames } from '../variant-names.js';
import { rankVariants } from './ranking.js';
import { magnitudeTicks } from './scale.js';
import { drawPlot, withLegend } from './svg.js';
import { listed } from '../../text/words.js';

/** A variant's runs at an epoch. */
interface CurvePoint {
  epoch: number;
  mean: number;
  lowest: number;
  highest: number;
}

interface Curve {
  name: string;
  points: CurvePoint[];
  /** Null where it is only background. */
  stroke: Stroke | null;
}

/** The same quantity of different images: `train_accuracy` and `val_accuracy`. */
interface Panel {
  metric: string;
  curves: Curve[];
}

/** More lines than this in the background hide each other. */
const MOST_BACKGROUND = 200;
/** Points are drawn, too, where there are few. */
const FEW_EPOCHS = 12;

/** How the study's metric and the loss went, epoch by epoch, on training and validation images. */
export function learningCurveFigures(study: Study): Figure[] {
  const quantities = new Set([quantityOf(study.metric.name), 'loss']);
  return [...quantities].flatMap((quantity) => {
    const panels = panelsOf(study, quantity);
    return panels.length === 0 ? [] : [figureOf(quantity, panels)];
  });
}

function quantityOf(metric: string): string {
  return metric.replace(/^(best_)?(train|val|test)_/, '');
}

function panelsOf(study: Study, quantity: string): Panel[] {
  const strokes = strokesOf(study);
  const { short } = variantNames(study);
  return ['train', 'val'].flatMap((set) => {
    const metric = `${set}_${quantity}`;
    const curves = study.variants
      .map((variant) => curveOf(variant, metric, strokes.get(variant.name) ?? null))
      .map((curve) => ({ ...curve, name: short(curve.name) }))
      .filter(({ points }) => points.length > 0);
    const background = curves.filter(({ stroke }) => stroke === null).slice(0, MOST_BACKGROUND);
    // The best first, as the legend names them.
    const front = [...strokes.values()].flatMap((stroke) => curves.filter((curve) => curve.stroke === stroke));
    // A metric of the final weights alone has no course.
    const isCourse = front.some(({ points }) => points.length > 1);
    return isCourse ? [{ metric, curves: [...background, ...front] }] : [];
  });
}

/** The best variants get a line of their own, the best first. */
function strokesOf(study: Study): Map<string, Stroke> {
  const best = rankVariants(study).slice(0, STROKES.length);
  return new Map(best.map(({ variant }, i) => [variant.name, STROKES[i]]));
}

function curveOf({ name, runs }: StudyVariant, metric: string, stroke: Stroke | null): Curve {
  const counted = stroke === null ? runs : runs.filter(({ status }) => status === 'FINISHED');
  return { name, points: pointsOf(counted, metric), stroke };
}

function pointsOf(runs: readonly StudyRun[], metric: string): CurvePoint[] {
  const byEpoch = new Map<number, number[]>();
  for (const { epoch, value } of runs.flatMap(({ curves }): EpochPoint[] => curves[metric] ?? [])) {
    if (!Number.isFinite(value)) continue;
    const values = byEpoch.get(epoch) ?? [];
    byEpoch.set(epoch, values);
    values.push(value);
  }
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([epoch, values]) => ({
      epoch,
      mean: mean(values),
      lowest: Math.min(...values),
      highest: Math.max(...values),
    }));
}

function figureOf(quantity: string, panels: readonly Panel[]): Figure {
  const front = panels[0].curves.filter(({ stroke }) => stroke !== null);
  const rest = panels[0].curves.length - front.length;
  const others = rest > 0 ? ` Thin lines: ${rest} more variants.` : '';
  const last = panels[panels.length - 1];
  return {
    name: `learning-curves-${fileWord(quantity)}`,
    title: `Learning curves: ${quantity}`,
    caption: `The mean over seeds after each epoch; the band goes from the lowest seed to the highest.${others}`,
    alternative: `${panels.map(({ metric }) => titledMetric(metric)).join(' and ')} by epoch. At the end of training, ${last.metric} is ${listed(last.curves.filter(({ stroke }) => stroke !== null).map(told), 6)}.`,
    isCompact: false,
    draw: (width) => draw(panels, width),
  };
}

function told({ name, points }: Curve): string {
  const { mean, epoch } = points[points.length - 1];
  return `${numberText(mean)} for ${name} (epoch ${epoch})`;
}

function draw(panels: readonly Panel[], width: number): string {
  const isWide = width > 500 && panels.length > 1;
  const side = isWide ? 'fx' : 'fy';
  const height = isWide ? 320 : 250 * panels.length + 30;
  const points = panels.flatMap(({ metric, curves }) =>
    curves.flatMap((curve) => curve.points.map((point) => ({ ...point, ...curve, panel: metric }))),
  );
  const plot = drawPlot({
    width,
    height,
    marginLeft: 48,
    marginRight: isWide ? 12 : 16,
    marginTop: 28,
    marginBottom: 40,
    color: { type: 'identity' },
    x: { label: 'epoch', inset: 6, ...epochTicks(points) },
    y: { label: null, nice: true, domain: domainOf(points), clamp: false },
    [side]: { label: null, axis: null, padding: isWide ? 0.06 : 0.16 },
    marks: [
      Plot.gridY({ stroke: ink('grid'), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, ...magnitudeTicks(points.map(({ highest }) => highest)) }),
      Plot.text(panels, {
        [side]: 'metric',
        text: ({ metric }: Panel) => titledMetric(metric),
        frameAnchor: 'top-left',
        dy: -18,
        fontWeight: 600,
        fill: ink('text'),
      }),
      ...panels.flatMap(({ metric, curves }) => curves.flatMap((curve) => curveMarks(curve, { side, panel: metric }))),
    ],
  });
  const front = panels[0].curves.flatMap(({ name, stroke }) =>
    stroke === null ? [] : [{ label: name, sample: stroke }],
  );
  const rank = ({ sample }: { sample: Stroke }) => STROKES.indexOf(sample);
  return withLegend(
    plot,
    front.toSorted((a, b) => rank(a) - rank(b)),
  ).svg;
}

function epochTicks(points: readonly CurvePoint[]): Partial<Plot.ScaleOptions> {
  const epochs = [...new Set(points.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  if (epochs.length > FEW_EPOCHS) return {};
  const every = Math.ceil(epochs.length / 6);
  return {
    ticks: epochs.filter((_, i) => i % every === 0),
    tickFormat: String,
    ...(epochs.length === 1 ? { domain: [epochs[0] - 1, epochs[0] + 1] } : {}),
  };
}

/** Without the first tenth of training, where the values are of another size than those that matter. */
function domainOf(points: readonly (CurvePoint & { stroke: Stroke | null })[]): [number, number] {
  const last = Math.max(...points.map(({ epoch }) => epoch));
  const shown = points.filter(({ epoch, stroke }) => stroke !== null && epoch > Math.floor(last / 10));
  return [Math.min(...shown.map(({ lowest }) => lowest)), Math.max(...shown.map(({ highest }) => highest))];
}

function curveMarks(
  { name, points, stroke }: Curve,
  { side, panel }: { side: 'fx' | 'fy'; panel: string },
): Plot.Markish[] {
  const facet = { [side]: () => panel, clip: true } as const;
  const title = () => name;
  if (stroke === null) {
    return [
      Plot.line(points, {
        x: 'epoch',
        y: 'mean',
        stroke: ink('background'),
        strokeWidth: 0.8,
        strokeOpacity: 0.6,
        title,
        ...facet,
      }),
    ];
  }
  const pointTitle = ({ epoch, mean }: CurvePoint) => `${name}, epoch ${epoch}: ${numberText(mean)}`;
  return [
    Plot.areaY(points, { x: 'epoch', y1: 'lowest', y2: 'highest', fill: stroke.color, fillOpacity: 0.14, ...facet }),
    Plot.line(points, {
      x: 'epoch',
      y: 'mean',
      stroke: stroke.color,
      strokeWidth: 2,
      strokeDasharray: stroke.dash,
      title,
      ...facet,
    }),
    Plot.dot(points.length <= FEW_EPOCHS ? points : [], {
      x: 'epoch',
      y: 'mean',
      r: 2.5,
      fill: stroke.color,
      title: pointTitle,
      ...facet,
    }),
  ];
}
