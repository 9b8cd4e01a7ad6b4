import * as Plot from '@observablehq/plot';
import type { Interval } from '../../analysis/statistics/intervals.js';
import type { Study } from '../../study/study.js';
import { isFarBehind } from '../far-behind.js';
import { variantNames } from '../variant-names.js';
import { ink } from './palette.js';
import { drawPlot, stacked, type Drawing } from './svg.js';
import { shortened, textWidth } from '../../text/drawn.js';

/** A line of a plot whose lines have names. */
export interface RowLabel {
  text: string;
  /** Names the lines below it; has no marks. */
  isHeading?: boolean;
}

interface PlacedLabel extends RowLabel {
  /** The vertical position. */
  row: number;
}

export interface RowsOptions {
  /** Pixels. */
  width: number;
  /** What the names of the lines are made of: `kernel_size · pooling`. */
  heading?: string;
  labels: readonly RowLabel[];
  x: Plot.ScaleOptions;
  tickText?: ((value: number) => string) | undefined;
  /**
   * What is drawn; the vertical position of the n-th line is `y: n`.
   * @param dy by how many pixels marks are moved, to leave room for a name above them
   */
  marks: (dy: number) => Plot.Markish[];
}

/**
 * Draws a line a variant; those that are far behind have a strip and a scale of their own.
 * @param stripOf how some of the lines are drawn
 */
export function drawVariantRows<T>(
  lines: readonly T[],
  study: Study,
  nameOf: (line: T) => string,
  stripOf: (lines: readonly T[], isBehind: boolean) => Omit<RowsOptions, 'heading' | 'labels'>,
): Drawing {
  const { heading, short } = variantNames(study);
  const strips = [false, true].map((isBehind): RowsOptions => {
    const own = lines.filter((line) => isFarBehind(study, nameOf(line)) === isBehind);
    const labels = own.map((line) => ({ text: short(nameOf(line)) }));
    return { ...stripOf(own, isBehind), heading: isBehind ? 'far behind' : heading, labels };
  });
  const shown = strips.filter(({ labels }) => labels.length > 0);
  const longest = Math.max(...shown.map(longestOf));
  return stacked(shown.map((strip) => drawRows(strip, longest)));
}

function longestOf({ heading = '', labels }: RowsOptions): number {
  return Math.max(...[heading, ...labels.map(({ text }) => text)].map((text) => textWidth(text)));
}

/** Narrower than this, names stand above their lines, not beside them. */
const BESIDE = 500;

/**
 * Draws lines with names, which stand beside their marks or, on a phone, above them.
 * @param longest room for names, in pixels
 */
export function drawRows(options: RowsOptions, longest = longestOf(options)): Drawing {
  const { width, heading = '', labels, x, tickText, marks } = options;
  const isBeside = width >= BESIDE;
  const rowHeight = isBeside ? 24 : 40;
  const rows: PlacedLabel[] = [
    ...(heading === '' ? [] : [{ text: heading, isHeading: true, row: -1 }]),
    ...labels.map((label, row) => ({ ...label, row })),
  ];
  const marginLeft = isBeside ? Math.min(longest + 14, 0.45 * width) : 8;
  return drawPlot({
    width,
    height: rows.length * rowHeight + 58,
    marginLeft,
    marginRight: 16,
    marginTop: 6,
    marginBottom: 52,
    color: { type: 'identity' },
    x: { nice: true, ...x, axis: null },
    y: { type: 'band', domain: rows.map(({ row }) => row), axis: null, padding: 0 },
    marks: [
      Plot.gridX({ stroke: ink('grid'), strokeOpacity: 1, ticks: ticksFor(width - marginLeft) }),
      Plot.axisX({
        anchor: 'bottom',
        ticks: ticksFor(width - marginLeft),
        tickSize: 4,
        labelOffset: 44,
        tickFormat: tickText,
      }),
      ...marks(isBeside ? 0 : 6),
      ...labelMarks(rows, { isBeside, room: isBeside ? marginLeft - 12 : width - 12 }),
    ],
  });
}

/** The intervals of rows, each a line from its `lower` to its `upper` end. */
export function intervalMark(rows: readonly { row: number; lower: number; upper: number }[], dy: number): Plot.Markish {
  return Plot.ruleY(rows, { y: 'row', x1: 'lower', x2: 'upper', stroke: ink('series1'), strokeWidth: 2.5, dy });
}

/** The ends of an interval as a row has them; where there is none, a point. */
export function endsOf(interval: Interval | null, value: number): { lower: number; upper: number } {
  const [lower, upper] = interval ?? [value, value];
  return { lower, upper };
}

function ticksFor(width: number): number {
  return Math.max(3, Math.round(width / 80));
}

function labelMarks(
  rows: readonly PlacedLabel[],
  { isBeside, room }: { isBeside: boolean; room: number },
): Plot.Markish[] {
  const options = {
    y: 'row',
    text: ({ text }: RowLabel) => shortened(text, room),
    title: 'text',
    frameAnchor: 'left',
    textAnchor: isBeside ? 'end' : 'start',
    dx: isBeside ? -8 : 0,
    dy: isBeside ? 0 : -9,
    fill: ink('text'),
    // Names above their marks stay readable where a grid line crosses them.
    stroke: ink('surface'),
    strokeWidth: 4,
  } as const;
  return [
    Plot.text(
      rows.filter(({ isHeading }) => !isHeading),
      options,
    ),
    Plot.text(
      rows.filter(({ isHeading }) => isHeading),
      { ...options, fontWeight: 600 },
    ),
  ];
}
