import * as Plot from '@observablehq/plot';
import type { Json } from '../../config/tree.js';
import type { Study } from '../../study/study.js';
import type { Figure } from './figure.js';
import { shortKeys, valueText } from './labels.js';
import { numberText } from './numbers.js';
import { ink } from './palette.js';
import { rankVariants, type Ranked } from './ranking.js';
import { drawPlot } from './svg.js';
import { FONT_SIZE, shortened } from './text.js';

/** Something that varies, or the metric: where its values lie, from 0 to 1. */
interface Axis {
  name: string;
  /** @returns null for a variant without a value */
  place: (ranked: Ranked) => number | null;
  ticks: { at: number; text: string }[];
}

const MOST_AXES = 8;
const MOST_LINES = 300;
const MOST_TICKS = 8;

/** Every variant as a line through what it varies, to what it comes to. */
export function parallelCoordinateFigures(study: Study): Figure[] {
  const ranked = rankVariants(study).slice(0, MOST_LINES);
  const keys = keysOf(study, ranked).slice(0, MOST_AXES);
  if (keys.length < 2 || ranked.length < 3) return [];
  const names = shortKeys(keys);
  const axes = [...keys.map((key) => axisOf(key, names.get(key) ?? key, ranked)), metricAxis(study, ranked)];
  const best = ranked[0].variant;
  const settings = keys.map((key) => `${names.get(key) ?? key} ${valueText(best.values[key])}`);
  return [
    {
      name: 'parallel-coordinates',
      title: 'From choices to results',
      caption: `Each line is a variant, the stronger the better; the thick one is the best. The last axis is ${study.metric.name}.`,
      alternative: `${ranked.length} variants as lines through ${keys.length} choices. The best goes through ${settings.join(', ')} to ${numberText(ranked[0].mean)}.`,
      isCompact: false,
      draw: (width) => draw(axes, ranked, width),
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
  const scale = low > 0 && high / low > 20 ? Math.log : (value: number) => value;
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
  const texts = [...new Set(ordered.map(valueText))];
  const at = (index: number) => (index + 0.5) / texts.length;
  const every = Math.ceil(texts.length / (2 * MOST_TICKS));
  return {
    name,
    place: ({ variant }) => at(texts.indexOf(valueText(variant.values[key]))),
    ticks: texts.map((text, index) => ({ at: at(index), text })).filter((_, index) => index % every === 0),
  };
}

function metricAxis({ metric }: Study, ranked: readonly Ranked[]): Axis {
  const means = ranked.map(({ mean }) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const at = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  const ticks = [low, (low + high) / 2, high].map((value) => ({ at: at(value), text: numberText(value) }));
  return { name: metric.name, place: ({ mean }) => at(mean), ticks: high === low ? ticks.slice(0, 1) : ticks };
}

/** Across a page the axes stand side by side; on a phone they lie one below the other. */
function draw(axes: readonly Axis[], ranked: readonly Ranked[], width: number): string {
  const isUpright = width > 500;
  const [along, across] = isUpright ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const lines = ranked.toReversed().flatMap((one, position) =>
    axes.flatMap(({ place }, axis) => {
      const at = place(one);
      return at === null
        ? []
        : [{ axis, at, strength: (position + 1) / ranked.length, name: one.variant.name, mean: one.mean }];
    }),
  );
  const ticks = axes.flatMap((axis, index) => axis.ticks.map((tick) => ({ ...tick, axis: index })));
  const room = isUpright ? (width - 60) / axes.length : width - 20;
  const best = ranked[0].variant.name;
  const stroke = { [along]: 'axis', [across]: 'at', z: 'name', stroke: ink('series1'), curve: 'monotone-x' as const };
  const title = ({ name, mean }: (typeof lines)[number]) => `${name}: ${numberText(mean)}`;
  const curve = isUpright ? ('bump-x' as const) : ('bump-y' as const);
  return drawPlot({
    width,
    height: isUpright ? 340 : 76 * axes.length + 40,
    marginLeft: isUpright ? 50 : 26,
    marginRight: isUpright ? 60 : 26,
    marginTop: isUpright ? 40 : 34,
    marginBottom: isUpright ? 16 : 24,
    color: { type: 'identity' },
    [along]: { type: 'point', domain: axes.map((_, index) => index), padding: 0, axis: null },
    [across]: { type: 'linear', domain: [0, 1], axis: null },
    marks: [
      Plot.line(lines, {
        ...stroke,
        curve,
        strokeWidth: 1.5,
        strokeOpacity: ({ strength }: { strength: number }) => 0.12 + 0.6 * strength ** 3,
        title,
      }),
      Plot.line(
        lines.filter(({ name }) => name === best),
        { ...stroke, curve, strokeWidth: 3.5, title },
      ),
      isUpright ? Plot.ruleX(axes.keys(), { stroke: ink('text') }) : Plot.ruleY(axes.keys(), { stroke: ink('text') }),
      Plot.text(axes, {
        [along]: (_: Axis, index: number) => index,
        text: ({ name }: Axis) => shortened(name, room),
        title: ({ name }: Axis) => name,
        frameAnchor: isUpright ? 'top' : 'left',
        textAnchor: isUpright ? 'middle' : 'start',
        dx: isUpright ? 0 : -16,
        dy: isUpright ? -26 : -16,
        fontWeight: 600,
        fill: ink('text'),
        stroke: ink('surface'),
        strokeWidth: 4,
      }),
      Plot.text(ticks, {
        [along]: 'axis',
        [across]: 'at',
        text: ({ text }: { text: string }) => shortened(text, isUpright ? room - 12 : (width - 52) / MOST_TICKS + 20),
        title: 'text',
        fontSize: FONT_SIZE - 1,
        textAnchor: isUpright ? 'start' : 'middle',
        dx: isUpright ? 6 : 0,
        dy: isUpright ? 0 : 13,
        fill: ink('text'),
        stroke: ink('surface'),
        strokeWidth: 4,
      }),
    ],
  }).svg;
}
