import { escapeUTF8 } from 'entities';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Stroke } from './palette.js';
import { FONT_SIZE, shortened, textWidth } from '../../text/drawn.js';
import { visible } from '../../text/visible.js';

/** An SVG element. */
export interface Drawing {
  /** Pixels. */
  width: number;
  height: number;
  svg: string;
}

/** One line of what a plot's lines or numbers mean. */
export interface LegendEntry {
  label: string;
  /** A line as in the plot, or a number as in the plot. */
  sample: Stroke | string;
}

const LEGEND_ROW = 20;
const SAMPLE_WIDTH = 26;
const LEGEND_GAP = 18;

/** Draws a plot without a browser. Its axes and marks have to name their colours by `ink`. */
export function drawPlot(options: Plot.PlotOptions & { width: number; height: number }): Drawing {
  // Plot's types name a browser's document; this one has as much of it as Plot uses.
  const window: unknown = parseHTML('<!doctype html><html></html>');
  const { document } = window as { document: unknown };
  const element: unknown = Plot.plot({
    ...options,
    ...({ document } as Plot.PlotOptions),
    className: 'plot',
    // Pixels, so that what is drawn in a page and alone is the same.
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: 'system-ui, sans-serif', overflow: 'visible' },
  });
  const { outerHTML } = element as { outerHTML: string };
  return { width: options.width, height: options.height, svg: tidy(outerHTML) };
}

/** Without a style sheet of its own, without labels for a reader that sees one picture, with fewer digits. */
function tidy(svg: string): string {
  return svg
    .replaceAll(/<style>[^<]*<\/style>/g, '')
    .replaceAll(/ aria-(label|hidden)="[^"]*"/g, '')
    .replaceAll(/(?<= (?:d|transform|x|y|x1|x2|y1|y2|width|height|points)=")[^"]*(?=")/g, (numbers) =>
      numbers.replaceAll(/\d+\.\d{3,}/g, (number) => String(Math.round(100 * Number(number)) / 100)),
    )
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
}

/** How large an SVG element is, in pixels. */
export function sizeOf(svg: string): { width: number; height: number } {
  const [width, height] = ['width', 'height'].map((side) => Number(new RegExp(` ${side}="([\\d.]+)"`).exec(svg)?.[1]));
  return { width, height };
}

/** Puts what lines or numbers mean above a plot. */
export function withLegend(plot: Drawing, entries: readonly LegendEntry[]): Drawing {
  const placed = placeLegend(entries, plot.width);
  const top = placed.length === 0 ? 0 : placed[placed.length - 1].y + LEGEND_ROW + 4;
  const { width, height } = { width: plot.width, height: top + plot.height };
  const svg = [...opening(width, height), ...placed.map(drawEntry), placedAt(top, plot.svg), '</svg>'];
  return { width, height, svg: svg.join('') };
}

/** Drawings of one width, from top to bottom. */
export function stacked(drawings: readonly Drawing[]): Drawing {
  if (drawings.length === 1) return drawings[0];
  const { width } = drawings[0];
  const tops = drawings.map((_, i) => drawings.slice(0, i).reduce((sum, { height }) => sum + height, 0));
  const height = drawings.reduce((sum, drawing) => sum + drawing.height, 0);
  return {
    width,
    height,
    svg: [...opening(width, height), ...drawings.map(({ svg }, i) => placedAt(tops[i], svg)), '</svg>'].join(''),
  };
}

/** A PNG file within an SVG, its pixels as squares however large it is drawn. */
export function pixelImage(
  png: Uint8Array,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): string {
  const data = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" href="${data}" style="image-rendering: pixelated"/>`;
}

/** Parts of a picture on white paper, as a file that stands alone. @param frame its size and its font's, in pixels */
export function svgFile(
  { width, height, fontSize, color }: { width: number; height: number; fontSize: number; color: string },
  parts: readonly string[],
): string {
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="system-ui, sans-serif" font-size="${fontSize}" fill="${color}" color="${color}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ];
  // XML knows no control characters, which names may hold.
  return visible(svg.join(''));
}

function opening(width: number, height: number): string[] {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" `,
    `font-family="system-ui, sans-serif" font-size="${FONT_SIZE}" fill="currentColor">`,
  ];
}

function placedAt(top: number, svg: string): string {
  return svg.replace('<svg ', `<svg y="${top}" `);
}

interface PlacedEntry extends LegendEntry {
  x: number;
  y: number;
  text: string;
}

function placeLegend(entries: readonly LegendEntry[], width: number): PlacedEntry[] {
  let [x, y] = [0, 0];
  return entries.map((entry) => {
    const text = shortened(entry.label, width - SAMPLE_WIDTH - LEGEND_GAP);
    const needed = SAMPLE_WIDTH + 6 + textWidth(text) + LEGEND_GAP;
    if (x > 0 && x + needed > width) [x, y] = [0, y + LEGEND_ROW];
    const placed = { ...entry, x, y, text };
    x += needed;
    return placed;
  });
}

function drawEntry({ sample, label, text, x, y }: PlacedEntry): string {
  const middle = y + LEGEND_ROW / 2;
  const title = text === label ? '' : `<title>${escapeUTF8(label)}</title>`;
  const drawn =
    typeof sample === 'string'
      ? `<text x="${x + SAMPLE_WIDTH - 2}" y="${middle}" dy="0.35em" text-anchor="end" font-weight="600">${escapeUTF8(sample)}</text>`
      : `<path d="M${x} ${middle}h${SAMPLE_WIDTH}" stroke="${sample.color}" stroke-width="2.5" stroke-dasharray="${sample.dash}"/>`;
  return `<g>${title}${drawn}<text x="${x + SAMPLE_WIDTH + 6}" y="${middle}" dy="0.35em">${escapeUTF8(text)}</text></g>`;
}
