import { escapeUTF8 } from 'entities';
import sharp from 'sharp';
import { brokenLines } from '../text/broken-lines.js';
import { FONT_SIZE, shortened, textWidth } from '../text/drawn.js';
import { UserError } from '../text/errors.js';
import { visible } from '../text/visible.js';
import type { Preview } from '../protocol/job.js';
import { writeOutput } from './write-output.js';

/** Small images are scaled up by a whole number, so that their longer side takes at least this many pixels. */
const CELL_PIXELS = 96;
/** Pixels between images. */
const GAP = 4;
/** Beside the rows, for what they are. */
const LEFT = 64;
/** A line of text. */
const LINE = 16;
/** About how wide a letter is. */
const LETTER = textWidth('a');
/** Of the ground, in each of red, green and blue. */
const GROUND = 255;
/** Beyond this a picture is of no use, and takes memory that may not be there. */
const MAX_PIXELS = 2 ** 27;

/** Where everything is, in pixels. */
interface Layout {
  scale: number;
  width: number;
  height: number;
  /** The lines on top. */
  title: string[];
  /** Where each row begins. */
  tops: number[];
  /** Whether the classes stand below a row: below the first, and below those that have others. */
  isCaptioned: boolean[];
}

/**
 * Writes the images as a PNG, a row of originals above rows of augmented ones, each pixel a square, with what each row is,
 * and what each image is of.
 * @param title what is done to them
 * @returns the picture's measures in pixels
 * @throws UserError `picture-too-large`, `output-not-writable`
 */
export async function writePreview(
  preview: Preview,
  title: string,
  path: string,
): Promise<{ width: number; height: number }> {
  const layout = layoutOf(preview, title);
  const { width, height } = layout;
  if (width * height > MAX_PIXELS) {
    const message = `${preview.columns} images of ${preview.height}×${preview.width} make a picture of ${width}×${height}`;
    throw new UserError(message, { code: 'picture-too-large', hint: 'show fewer: --count 1' });
  }
  const png = await sharp(draw(preview, layout), { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(textsOf(preview, layout)), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
  await writeOutput(path, png, '--output');
  return { width, height };
}

function layoutOf(preview: Preview, text: string): Layout {
  const { columns, rows, labels } = preview;
  const scale = Math.max(1, Math.ceil(CELL_PIXELS / Math.max(preview.height, preview.width)));
  const width = LEFT + columns * (preview.width * scale + GAP);
  const title = brokenLines(text, Math.floor((width - 2 * GAP) / LETTER));
  const own = labels.slice(0, columns).join();
  const isCaptioned = Array.from(
    { length: rows },
    (_, row) => row === 0 || labels.slice(row * columns, (row + 1) * columns).join() !== own,
  );
  const tops: number[] = [];
  let y = GAP + title.length * LINE;
  for (const hasCaption of isCaptioned) {
    tops.push(y);
    y += preview.height * scale + GAP + (hasCaption ? LINE : 0);
  }
  return { scale, width, height: y, title, tops, isCaptioned };
}

function draw(preview: Preview, layout: Layout): Uint8Array {
  const pixels = new Uint8Array(3 * layout.width * layout.height).fill(GROUND);
  for (let row = 0; row < preview.rows; row++) {
    for (let column = 0; column < preview.columns; column++) drawImage(pixels, preview, layout, { row, column });
  }
  return pixels;
}

function drawImage(
  pixels: Uint8Array,
  preview: Preview,
  { scale, width: stride, tops }: Layout,
  { row, column }: { row: number; column: number },
): void {
  const { width, height, channels } = preview;
  const image = (row * preview.columns + column) * height * width * channels;
  const left = LEFT + column * (width * scale + GAP);
  // Images that aren't RGB are shown by their first channel, in gray.
  const shown = channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = image + (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
      const to = 3 * ((tops[row] + y) * stride + left + x);
      shown.forEach((channel, color) => {
        pixels[to + color] = preview.pixels[from + channel];
      });
    }
  }
}

/** What is written: the title, what the rows are, the classes. */
function textsOf(preview: Preview, { scale, width, height, title, tops, isCaptioned }: Layout): string {
  const cell = preview.width * scale;
  const text = (x: number, y: number, words: string, more = ''): string =>
    `<text x="${x}" y="${y}"${more}>${escapeUTF8(words)}</text>`;
  const rows = tops.map((top, row) => text(GAP, top + LINE, row === 0 ? 'original' : `step ${row}`));
  const captions = preview.labels.flatMap((label, i) => {
    const row = Math.floor(i / preview.columns);
    if (!isCaptioned[row]) return [];
    const x = LEFT + (i % preview.columns) * (cell + GAP);
    return [text(x, tops[row] + preview.height * scale + LINE - 3, shortened(visible(label), cell + GAP))];
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="${FONT_SIZE}" fill="#222">`,
    ...title.map((line, i) => text(GAP, GAP + (i + 1) * LINE - 4, line, ' font-weight="600"')),
    ...rows,
    ...captions,
    '</svg>',
  ];
  // XML knows no control characters, which names may hold.
  return visible(svg.join(''));
}
