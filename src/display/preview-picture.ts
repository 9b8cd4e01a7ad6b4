import sharp from 'sharp';
import { UserError } from '../errors.js';
import type { Preview } from '../protocol/job.js';
import { writeOutput } from './write-output.js';

/** Small images are scaled up by a whole number, so that their longer side takes at least this many pixels. */
const CELL_PIXELS = 96;
/** Pixels between images; below the originals it is wider. */
const GAP = 4;
const GAP_BELOW_ORIGINALS = 16;
/** Of the ground, in each of red, green and blue. */
const GROUND = 255;
/** Beyond this a picture is of no use, and takes memory that may not be there. */
const MAX_PIXELS = 2 ** 27;

interface Picture {
  width: number;
  height: number;
  /** RGB, [height, width, 3] */
  pixels: Uint8Array;
}

/**
 * Writes the images as a PNG, a row of originals above rows of augmented ones, each pixel a square.
 * @returns the picture's measures in pixels
 * @throws UserError `picture-too-large`, `output-not-writable`
 */
export async function writePreview(preview: Preview, path: string): Promise<{ width: number; height: number }> {
  const { width, height, pixels } = draw(preview);
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  await writeOutput(path, png, '--output');
  return { width, height };
}

function draw(preview: Preview): Picture {
  const scale = Math.max(1, Math.ceil(CELL_PIXELS / Math.max(preview.height, preview.width)));
  const width = GAP + preview.columns * (preview.width * scale + GAP);
  const height = top(preview, preview.rows, scale);
  if (width * height > MAX_PIXELS) {
    const message = `${preview.columns} images of ${preview.height}×${preview.width} make a picture of ${width}×${height}`;
    throw new UserError(message, { code: 'picture-too-large', hint: 'show fewer: --count 1' });
  }
  const picture = { width, height, pixels: new Uint8Array(3 * width * height).fill(GROUND) };
  for (let row = 0; row < preview.rows; row++) {
    for (let column = 0; column < preview.columns; column++) drawImage(picture, preview, { row, column, scale });
  }
  return picture;
}

interface Cell {
  row: number;
  column: number;
  scale: number;
}

/** Where a row begins; that after the last is the picture's height. */
function top({ height }: Preview, row: number, scale: number): number {
  return GAP + row * (height * scale + GAP) + (row > 0 ? GAP_BELOW_ORIGINALS - GAP : 0);
}

function drawImage({ width: stride, pixels }: Picture, preview: Preview, { row, column, scale }: Cell): void {
  const { width, height, channels } = preview;
  const image = (row * preview.columns + column) * height * width * channels;
  const left = GAP + column * (width * scale + GAP);
  // Images that aren't RGB are shown by their first channel, in gray.
  const shown = channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = image + (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
      const to = 3 * ((top(preview, row, scale) + y) * stride + left + x);
      shown.forEach((channel, color) => {
        pixels[to + color] = preview.pixels[from + channel];
      });
    }
  }
}
