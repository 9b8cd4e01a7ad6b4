import sharp from 'sharp';
import { escapeUTF8 } from 'entities';
import { reliabilityPanel, RELIABILITY_SIZE, type ReliabilityPanel } from '../analysis/reliability-diagram.js';
import { drawConfusion, MOST_DRAWN } from '../report/plots/confusion.js';
import { withLightColors } from '../report/plots/palette.js';
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
const THUMBNAIL = 60;
const CAPTION = 34;
const IN_ROW = 5;
const SHARPNESS = 144;

/** Models side by side: the reliability diagram, the confusion matrix, the worst images. */
export function evaluationSvg(models: readonly EvaluatedModel[]): string {
  const columns = models.map(drawColumn);
  const [width, height] = [
    RELIABILITY_SIZE.width * columns.length,
    Math.max(...columns.map((column) => column.height)) + GAP,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="system-ui, sans-serif" font-size="11" fill="#333" color="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...columns.map(({ svg }, i) => `<g transform="translate(${i * RELIABILITY_SIZE.width} 0)">${svg}</g>`),
    '</svg>\n',
  ].join('');
}

/** The same in pixels, two a side for one of it. */
export function pngOf(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg), { density: SHARPNESS }).png().toBuffer();
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
  const height = Number(/ height="([\d.]+)"/.exec(svg)?.[1]);
  return {
    svg: `${titleAt(top, 'Confusion matrix')}${svg.replace('<svg ', `<svg x="8" y="${top + 8}" `)}`,
    height: height + GAP,
  };
}

function drawImages(images: readonly ShownImage[], top: number): Drawn {
  if (images.length === 0) return { svg: '', height: 0 };
  const rows = Math.ceil(images.length / IN_ROW);
  const shown = images.map(({ png, label, prediction, probability }, i) => {
    const [x, y] = [8 + (i % IN_ROW) * (THUMBNAIL + 6), top + 12 + Math.floor(i / IN_ROW) * (THUMBNAIL + CAPTION)];
    const data = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    return (
      `<image x="${x}" y="${y}" width="${THUMBNAIL}" height="${THUMBNAIL}" href="${data}" style="image-rendering: pixelated"/>` +
      `<text x="${x}" y="${y + THUMBNAIL + 12}">${escapeUTF8(`${label} → ${prediction}`)}</text>` +
      `<text x="${x}" y="${y + THUMBNAIL + 25}" fill="#666">${percent(probability)}</text>`
    );
  });
  return {
    svg: `${titleAt(top, 'Most sure, and wrong: the class → the prediction')}${shown.join('')}`,
    height: 12 + rows * (THUMBNAIL + CAPTION),
  };
}

function titleAt(top: number, text: string): string {
  return `<text x="8" y="${top}" font-weight="600">${text}</text>`;
}
