import * as Plot from '@observablehq/plot';
import { calibrationOf } from '../../analysis/calibration.js';
import { columnOf } from '../../metrics/regression.js';
import {
  type CurvePoint,
  areaUnderCurve,
  averagePrecision,
  precisionRecallCurve,
  rocCurve,
} from '../../metrics/ranking.js';
import { drawConfusion, MOST_DRAWN } from './confusion.js';
import { STROKES, ink } from './palette.js';
import { magnitudeTicks } from './scale.js';
import { type Drawing, type LegendEntry, drawPlot, sizeOf, withLegend } from './svg.js';

/** A picture with its title, and a line below that. */
export interface Panel {
  title: string;
  note: string;
  /** @param width in pixels */
  draw: (width: number) => Drawing;
}

/** Pixels. */
const HEIGHT = 300;
/** Points of a scatter plot; of more rows, as many evenly spaced ones. */
const MOST_POINTS = 2000;
/** Points of a curve. */
const MOST_CURVE_POINTS = 500;

/** Of the probability of yes: ROC and precision-recall curves, calibration. */
export function binaryPanels(classes: readonly string[], labels: Int32Array, probabilities: Float32Array): Panel[] {
  const yes = (row: number): boolean => labels[row] === 1;
  return [
    ...curvePanels([{ label: classes[1], values: probabilities, positive: yes }]),
    calibrationPanel(probabilities, yes),
  ];
}

/** Of labels: the curves of as many as can be told apart, those of the most rows. */
export function labelPanels(labels: readonly string[], truth: Int32Array, probabilities: Float32Array): Panel[] {
  const size = labels.length;
  const rowsOf = labels.map((_, label) => truth.reduce((sum, value, at) => sum + (at % size === label ? value : 0), 0));
  const shown = [...labels.keys()].sort((a, b) => rowsOf[b] - rowsOf[a]).slice(0, STROKES.length);
  const curves = shown.map((label) => ({
    label: labels[label],
    values: columnOf(probabilities, label, size),
    positive: (row: number) => truth[row * size + label] === 1,
  }));
  return curvePanels(curves, size > shown.length ? `the ${shown.length} labels of the most rows` : undefined);
}

/** Of numbers: predicted against true, residuals against predicted. @param name of the column, empty where it isn't known */
export function numberPanels(name: string, truth: ArrayLike<number>, predicted: ArrayLike<number>): Panel[] {
  const named = (words: string): string =>
    name === '' ? `${words[0].toUpperCase()}${words.slice(1)}` : `${name}: ${words}`;
  const rows = spaced(truth.length, MOST_POINTS);
  const note = rows.length < truth.length ? `${rows.length} of ${truth.length} rows` : `${truth.length} rows`;
  const points = rows.map((row) => ({ x: truth[row], y: predicted[row] }));
  const residuals = rows.map((row) => ({ x: predicted[row], y: truth[row] - predicted[row] }));
  const all = points.flatMap(({ x, y }) => [x, y]);
  const ends = { x: Math.min(...all), y: Math.max(...all) };
  const diagonal = [
    { x: ends.x, y: ends.x },
    { x: ends.y, y: ends.y },
  ];
  return [
    {
      title: named('predicted against true'),
      note: `${note}; on the line, both are the same`,
      draw: (width) => scatter(points, ['true →', '↑ predicted'], [guide(diagonal)], width),
    },
    {
      title: named('residuals'),
      note: `${note}; above the line, too little was predicted`,
      draw: (width) => scatter(residuals, ['predicted →', '↑ true − predicted'], [Plot.ruleY([0], RULE)], width),
    },
  ];
}

/** Of classes. */
export function confusionPanels(classes: readonly string[], counts: number[][]): Panel[] {
  if (classes.length > MOST_DRAWN) return [];
  const draw = (width: number): Drawing => {
    const svg = drawConfusion({ classes: [...classes], counts }, width);
    return { ...sizeOf(svg), svg };
  };
  return [{ title: 'Confusion matrix', note: '', draw }];
}

interface Curve {
  label: string;
  values: ArrayLike<number>;
  positive: (row: number) => boolean;
}

function curvePanels(curves: readonly Curve[], which?: string): Panel[] {
  const told = (score: (curve: Curve) => number): string[] =>
    curves.map((curve) => `${curve.label} ${(100 * score(curve)).toFixed(2)} %`);
  const roc = curves.map(({ values, positive }) => rocCurve(values, positive));
  const recall = curves.map(({ values, positive }) => precisionRecallCurve(values, positive));
  const note = (words: string): string => [words, which ?? []].flat().join('; ');
  const areas = told(({ values, positive }) => areaUnderCurve(values, positive));
  const averages = told(({ values, positive }) => averagePrecision(values, positive));
  return [
    {
      title: 'ROC curve',
      note: note('area under it'),
      draw: (width) => lines(roc, areas, ['false positive rate →', '↑ true positive rate'], [guide(UNIT)], width),
    },
    {
      title: 'Precision and recall',
      note: note('average precision'),
      draw: (width) => lines(recall, averages, ['recall →', '↑ precision'], [], width),
    },
  ];
}

function calibrationPanel(probabilities: Float32Array, yes: (row: number) => boolean): Panel {
  const { bins, expectedError } = calibrationOf(probabilities, yes, 10);
  const points = bins.flatMap(({ confidence, accuracy, interval, count }) =>
    confidence === null || accuracy === null || interval === null
      ? []
      : [{ x: confidence, y: accuracy, low: interval[0], high: interval[1], count }],
  );
  const draw = (width: number): Drawing =>
    drawPlot({
      ...FRAME,
      width,
      x: { label: 'probability of yes →', domain: [0, 1] },
      y: { label: '↑ share that is yes', domain: [0, 1], grid: true },
      marks: [
        guide(UNIT),
        Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: ink('series1') }),
        Plot.dot(points, {
          x: 'x',
          y: 'y',
          fill: ink('series1'),
          r: 4,
          title: ({ count }: { count: number }) => `${count} rows`,
        }),
      ],
    });
  return { title: 'Calibration', note: `error ${(100 * expectedError).toFixed(2)} %; 95 % intervals`, draw };
}

const UNIT: readonly CurvePoint[] = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
];
const RULE = { stroke: ink('muted'), strokeDasharray: '4 4' };
const FRAME = { height: HEIGHT, marginLeft: 56, marginBottom: 40, marginTop: 24 };

function guide(points: readonly CurvePoint[]): Plot.Markish {
  return Plot.line(points, { x: 'x', y: 'y', ...RULE });
}

function lines(
  curves: readonly CurvePoint[][],
  names: readonly string[],
  [x, y]: [string, string],
  guides: readonly Plot.Markish[],
  width: number,
): Drawing {
  const marks = curves.map((points, index) => {
    const { color, dash } = STROKES[index];
    const shown = spaced(points.length, MOST_CURVE_POINTS).map((at) => points[at]);
    return Plot.line(shown, { x: 'x', y: 'y', stroke: color, strokeWidth: 1.8, strokeDasharray: dash });
  });
  const scale = { domain: [0, 1], grid: true };
  const plot = drawPlot({
    ...FRAME,
    width,
    x: { label: x, ...scale },
    y: { label: y, ...scale },
    marks: [...guides, ...marks],
  });
  const legend = names.map((label, index): LegendEntry => ({ label, sample: STROKES[index] }));
  return withLegend(plot, legend);
}

function scatter(
  points: readonly CurvePoint[],
  [x, y]: [string, string],
  guides: readonly Plot.Markish[],
  width: number,
): Drawing {
  const scale = { nice: true, ticks: 5, ...magnitudeTicks(points.flatMap((point) => [point.x, point.y])) };
  const dots = Plot.dot(points, { x: 'x', y: 'y', r: 2, fill: ink('series1'), fillOpacity: 0.45 });
  return drawPlot({
    ...FRAME,
    width,
    x: { label: x, ...scale },
    y: { label: y, ...scale, grid: true },
    marks: [...guides, dots],
  });
}

/** Evenly spaced indices, the first and the last among them. */
function spaced(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}
