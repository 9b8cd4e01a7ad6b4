import { IGNORED } from './mask.js';

/** Colours that people tell apart who see few (Okabe and Ito, 2008): of the second class on. */
const COLORS = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [213, 94, 0],
  [204, 121, 167],
  [240, 228, 66],
  [0, 114, 178],
] as const;
const GRAY = [128, 128, 128] as const;
/** How much of an area is its colour; its edge is all colour. */
const SHARE = 0.35;

/** An image, and the class of each of its pixels. */
export interface MaskedImage {
  height: number;
  width: number;
  /** 1 or 3. */
  channels: number;
  /** [height, width, channels] */
  image: Uint8Array;
  /** [height, width] */
  mask: Uint8Array | Int32Array;
}

/**
 * The image under the areas of its classes, each with its edge; the first class isn't drawn, and what is ignored is gray.
 * @returns RGB, [height, width, 3]
 */
export function overlaid({ height, width, channels, image, mask }: MaskedImage): Uint8Array {
  const drawn = new Uint8Array(height * width * 3);
  mask.forEach((value, pixel) => {
    const color = value === IGNORED ? GRAY : COLORS[(value - 1) % COLORS.length];
    const share = value === 0 ? 0 : isEdge(mask, pixel, { height, width }) ? 1 : SHARE;
    for (let channel = 0; channel < 3; channel++) {
      const own = image[pixel * channels + (channels === 3 ? channel : 0)];
      drawn[3 * pixel + channel] = share === 0 ? own : own + share * (color[channel] - own);
    }
  });
  return drawn;
}

/** Whether a pixel has a neighbour of another class. */
function isEdge(
  mask: MaskedImage['mask'],
  pixel: number,
  { height, width }: { height: number; width: number },
): boolean {
  const [y, x] = [Math.floor(pixel / width), pixel % width];
  const differs = (row: number, column: number): boolean =>
    row >= 0 && row < height && column >= 0 && column < width && mask[row * width + column] !== mask[pixel];
  return differs(y - 1, x) || differs(y + 1, x) || differs(y, x - 1) || differs(y, x + 1);
}
