import { escapeUTF8 } from 'entities';
import { reliabilityPanel, RELIABILITY_SIZE, type ReliabilityPanel } from '../analysis/reliability-diagram.js';
import { drawConfusion, MOST_DRAWN } from '../report/plots/confusion.js';
import { withLightColors } from '../report/plots/palette.js';
import { pixelImage, sizeOf, svgFile } from '../report/plots/svg.js';
import { shortened, textWidth } from '../text/drawn.js';
import { visible } from '../text/visible.js';
import { percent } from './format.js';

/** What a model's column of the picture shows. */
export interface EvaluatedModel {
  panel: ReliabilityPanel;
  classes: string[];
  /** [class][prediction] */
  counts: number[][];
  /** The images that it was most sure of, and wrong. */
  worst: ShownImage[];
}

export interface ShownImage {
  png: Uint8Array;
  label: string;
  prediction: string;
  /** Of the prediction, from 0 to 1. */
  probability: number;
}

/** Pixels. */
const GAP = 24;
const LEFT = 8;
const THUMBNAIL = 60;
/** Between thumbnails. */
const BETWEEN = 6;
const FONT = 11;
/** A line of a caption, and how many a thumbnail has. */
const LINE = 13;
const CAPTION_LINES = 3;
/** Thumbnails in a row: as many as leave room for their classes' names. */
const IN_ROW = { fewest: 3, most: 5 };

/** Models side by side: the reliability diagram, the confusion matrix, the worst images. */
export function evaluationSvg(models: readonly EvaluatedModel[]): string {
  const columns = models.map(drawColumn);
  const [width, height] = [
    RELIABILITY_SIZE.width * columns.length,
    Math.max(...columns.map((column) => column.height)) + GAP,
  ];
  const parts = columns.map(({ svg }, i) => `<g transform="translate(${i * RELIABILITY_SIZE.width} 0)">${svg}</g>`);
  return svgFile({ width, height, fontSize: FONT, color: '#333' }, parts);
}

interface Drawn {
  svg: string;
  height: number;
}

function drawColumn({ panel, classes, counts, worst }: EvaluatedModel): Drawn {
  const below = RELIABILITY_SIZE.height + GAP;
  const matrix = drawMatrix(classes, counts, below);
  const images = drawImages(worst, below + matrix.height);
  return {
    svg: [reliabilityPanel(panel), matrix.svg, images.svg].join(''),
    height: below + matrix.height + images.height,
  };
}

function drawMatrix(classes: string[], counts: number[][], top: number): Drawn {
  if (classes.length > MOST_DRAWN) return { svg: '', height: 0 };
  const svg = withLightColors(drawConfusion({ classes, counts }, RELIABILITY_SIZE.width - GAP));
  return {
    svg: `${titleAt(top, 'Confusion matrix')}${svg.replace('<svg ', `<svg x="${LEFT}" y="${top + 8}" `)}`,
    height: sizeOf(svg).height + GAP,
  };
}

function drawImages(images: readonly ShownImage[], top: number): Drawn {
  if (images.length === 0) return { svg: '', height: 0 };
  const inRow = inRowOf(images);
  const [across, down] = [(RELIABILITY_SIZE.width - LEFT) / inRow, THUMBNAIL + CAPTION_LINES * LINE + BETWEEN];
  const shown = images.map((image, i) => {
    const [x, y] = [LEFT + (i % inRow) * across, top + 12 + Math.floor(i / inRow) * down];
    return drawImage(image, { x, y, room: across - BETWEEN });
  });
  return {
    svg: `${titleAt(top, 'Most sure, and wrong: the class → the prediction')}${shown.join('')}`,
    height: 12 + Math.ceil(images.length / inRow) * down,
  };
}

function inRowOf(images: readonly ShownImage[]): number {
  const longest = Math.max(...images.flatMap(captionOf).map((line) => textWidth(line, FONT)));
  const fitting = Math.floor((RELIABILITY_SIZE.width - LEFT) / (Math.max(longest, THUMBNAIL) + BETWEEN));
  return Math.min(IN_ROW.most, Math.max(IN_ROW.fewest, fitting));
}

function captionOf({ label, prediction, probability }: ShownImage): string[] {
  return [label, `→ ${prediction}`, percent(probability)].map(visible);
}

function drawImage(image: ShownImage, { x, y, room }: { x: number; y: number; room: number }): string {
  const lines = captionOf(image).map((line, i) => {
    const below = y + THUMBNAIL + (i + 1) * LINE - 1;
    return `<text x="${x}" y="${below}"${i === 2 ? ' fill="#666"' : ''}>${escapeUTF8(shortened(line, room, FONT))}</text>`;
  });
  return pixelImage(image.png, { x, y, width: THUMBNAIL, height: THUMBNAIL }) + lines.join('');
}

function titleAt(top: number, text: string): string {
  return `<text x="${LEFT}" y="${top}" font-weight="600">${text}</text>`;
}
