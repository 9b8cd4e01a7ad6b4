import * as Plot from '@observablehq/plot';
import type { Json } from '../../config/text/tree.js';
import { titledMetric } from '../../text/metric-unit.js';
import type { Study } from '../../study/study.js';
import type { Figure } from './figure.js';
import { shortKey, valueLabel } from '../../config/sweep/label.js';
import { numberText } from '../numbers.js';
import { ink } from './palette.js';
import { variantNames, type VariantNames } from '../variant-names.js';
import { rankVariants, type Ranked } from './ranking.js';
import { isLogarithmic } from './scale.js';
import { drawPlot } from './svg.js';
import { FONT_SIZE, shortened } from '../../text/drawn.js';

/** Something that varies, or the metric: where its values lie, from 0 to 1. */
interface Axis {
  name: string;
  place: (ranked: Ranked) => number;
  ticks: { at: number; text: string }[];
}

/** The variants, a line each, and what they are called. */
interface Lines {
  ranked: readonly Ranked[];
  short: VariantNames['short'];
}

const MOST_AXES = 8;
const MOST_LINES = 300;
const MOST_TICKS = 8;

/** Every variant as a line through its values to its score. */
export function parallelCoordinateFigures(study: Study): Figure[] {
  const ranked = rankVariants(study).slice(0, MOST_LINES);
  const keys = keysOf(study, ranked).slice(0, MOST_AXES);
  if (keys.length < 2 || ranked.length < 3) return [];
  const axes = [...keys.map((key) => axisOf(key, shortKey(key, keys), ranked)), metricAxis(study, ranked)];
  const best = ranked[0].variant;
  const settings = keys.map((key) => `${shortKey(key, keys)} ${wordOf(best.values[key])}`);
  return [
    {
      name: 'parallel-coordinates',
      title: 'From choices to results',
      caption: `Each line is a variant, the stronger the better; the thick one is the best. The last axis is ${study.metric.name}.`,
      alternative: `${ranked.length} variants as lines through ${keys.length} choices. The best goes through ${settings.join(', ')} to ${numberText(ranked[0].mean)}.`,
      isCompact: false,
      draw: (width) => draw(axes, { ranked, short: variantNames(study).short }, width),
    },
  ];
}

/** What varies, the most important first. */
function keysOf({ factors }: Study, ranked: readonly Ranked[]): string[] {
  const keys = new Set([
    ...factors.map(({ key }) => key),
    ...ranked.flatMap(({ variant }) => Object.keys(variant.values)),
  ]);
  const distinct = (key: string) => new Set(ranked.map(({ variant }) => JSON.stringify(variant.values[key]))).size;
  return [...keys].filter((key) => distinct(key) > 1);
}

function axisOf(key: string, name: string, ranked: readonly Ranked[]): Axis {
  const values = ranked.map(({ variant }) => variant.values[key] as Json | undefined);
  const numbers = values.filter((value) => typeof value === 'number');
  const isNumeric = numbers.length === values.length && new Set(numbers).size > 2;
  return isNumeric ? numericAxis(key, name, numbers) : ordinalAxis(key, name, values);
}

function numericAxis(key: string, name: string, numbers: readonly number[]): Axis {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = isLogarithmic(numbers) ? Math.log : (value: number) => value;
  const at = (value: number) => (scale(value) - scale(low)) / (scale(high) - scale(low));
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const shown = distinct.length <= MOST_TICKS ? distinct : [low, high];
  return {
    name,
    place: ({ variant }) => at(variant.values[key] as number),
    ticks: apart(shown.map((value) => ({ at: at(value), text: numberText(value) }))),
  };
}

/** Without the ticks whose texts would stand over those before. */
function apart(ticks: Axis['ticks']): Axis['ticks'] {
  const kept: Axis['ticks'] = [];
  for (const tick of ticks) if (kept.every(({ at }) => Math.abs(at - tick.at) > 0.06)) kept.push(tick);
  return kept;
}

function ordinalAxis(key: string, name: string, values: readonly (Json | undefined)[]): Axis {
  const ordered = [...new Set(values)].sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0));
  const texts = [...new Set(ordered.map(wordOf))];
  const at = (index: number) => (index + 0.5) / texts.length;
  const every = Math.ceil(texts.length / (2 * MOST_TICKS));
  return {
    name,
    place: ({ variant }) => at(texts.indexOf(wordOf(variant.values[key]))),
    ticks: texts.map((text, index) => ({ at: at(index), text })).filter((_, index) => index % every === 0),
  };
}

/** Not every variant of a union of sweeps has a value. */
function wordOf(value: Json | undefined): string {
  return value === undefined ? '—' : valueLabel(value);
}

function metricAxis({ metric }: Study, ranked: readonly Ranked[]): Axis {
  const means = ranked.map(({ mean }) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const at = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  const ticks = [low, (low + high) / 2, high].map((value) => ({ at: at(value), text: numberText(value) }));
  return {
    name: titledMetric(metric.name),
    place: ({ mean }) => at(mean),
    ticks: high === low ? ticks.slice(0, 1) : ticks,
  };
}

/** Across a page the axes stand side by side; on a phone they lie one below the other. */
function draw(axes: readonly Axis[], lines: Lines, width: number): string {
  const isUpright = width > 500;
  const [along, across] = isUpright ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const size = isUpright
    ? { height: 340, marginLeft: 50, marginRight: 60, marginTop: 40, marginBottom: 16 }
    : { height: 76 * axes.length + 40, marginLeft: 26, marginRight: 26, marginTop: 34, marginBottom: 24 };
  const rule = isUpright ? Plot.ruleX : Plot.ruleY;
  return drawPlot({
    width,
    ...size,
    color: { type: 'identity' },
    opacity: { type: 'identity' },
    [along]: { type: 'point', domain: axes.map((_, index) => index), padding: 0, axis: null },
    [across]: { type: 'linear', domain: [0, 1], axis: null },
    marks: [
      ...lineMarks(axes, lines, isUpright),
      rule([...axes.keys()], { stroke: ink('text') }),
      ...textMarks(axes, width, isUpright),
    ],
  }).svg;
}

function lineMarks(axes: readonly Axis[], { ranked, short }: Lines, isUpright: boolean): Plot.Markish[] {
  // The best is drawn last, above the others.
  const points = ranked.toReversed().flatMap((one, position) =>
    axes.map(({ place }, axis) => ({
      axis,
      at: place(one),
      opacity: 0.12 + 0.6 * ((position + 1) / ranked.length) ** 3,
      name: one.variant.name,
      title: `${short(one.variant.name)}: ${numberText(one.mean)}`,
    })),
  );
  const best = points.slice(-axes.length);
  const options = { z: 'name', title: 'title', stroke: ink('series1') };
  const directed = isUpright
    ? ({ ...options, x: 'axis', y: 'at', curve: 'bump-x' } as const)
    : ({ ...options, y: 'axis', x: 'at', curve: 'bump-y' } as const);
  return [
    Plot.line(points, { ...directed, strokeWidth: 1.5, strokeOpacity: 'opacity' }),
    Plot.line(best, { ...directed, strokeWidth: 3.5 }),
  ];
}

/** The axes' names and ticks. */
function textMarks(axes: readonly Axis[], width: number, isUpright: boolean): Plot.Markish[] {
  const ticks = axes.flatMap((axis, index) => axis.ticks.map((tick) => ({ ...tick, axis: index })));
  const names = axes.map(({ name }, axis) => ({ axis, text: name }));
  const room = isUpright ? (width - 60) / axes.length : width - 20;
  const tickRoom = isUpright ? room - 12 : (width - 52) / MOST_TICKS + 20;
  const letters = { title: 'text', fill: ink('text'), stroke: ink('surface'), strokeWidth: 4 };
  const named = { ...letters, text: ({ text }: { text: string }) => shortened(text, room), fontWeight: 600 };
  const ticked = {
    ...letters,
    text: ({ text }: { text: string }) => shortened(text, tickRoom),
    fontSize: FONT_SIZE - 1,
  };
  return isUpright
    ? [
        Plot.text(names, { ...named, x: 'axis', frameAnchor: 'top', dy: -26 }),
        Plot.text(ticks, { ...ticked, x: 'axis', y: 'at', textAnchor: 'start', dx: 6 }),
      ]
    : [
        Plot.text(names, { ...named, y: 'axis', frameAnchor: 'left', textAnchor: 'start', dx: -16, dy: -16 }),
        Plot.text(ticks, { ...ticked, y: 'axis', x: 'at', dy: 13 }),
      ];
}
