import type { Background } from '../../config/schema/experiment.generated.js';

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [number, number, number];

/** What transparent pixels lie on unless something else is asked for: the page that most such pictures are made for. */
export const WHITE: Color = [255, 255, 255];

/** How images become another size, as sharp takes it: bilinear, antialiased, aspect ratio not kept, as Keras does. */
export const RESIZING = { fit: 'fill', kernel: 'linear' } as const;

/** The colour that `dataset.background` names. */
export function colorOf(background: Background): Color {
  if (typeof background !== 'string') return background;
  return background === 'white' ? WHITE : [0, 0, 0];
}

/** The gray of a colour, 0 to 255: ITU-R BT.601 on the stored values, rounded as Pillow's mode `L` does it, to the bit. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** Whether a value from a file is a colour. */
export function isColor(value: unknown): value is Color {
  const isLevel = (level: unknown): boolean => Number.isInteger(level) && Number(level) >= 0 && Number(level) <= 255;
  return Array.isArray(value) && value.length === 3 && value.every(isLevel);
}

/**
 * Makes colours of gray pixels or gray of coloured ones, and lays transparent ones onto a background, which comes first.
 * @param pixels [count, stored]; 1 channel is gray, 2 gray and alpha, 3 RGB, 4 RGBA
 * @param wanted 1 or 3
 * @returns [count, wanted]; the same array where nothing has to be done
 */
export function convertPixels(pixels: Uint8Array, stored: number, wanted: number, background: Color): Uint8Array {
  if (stored === wanted) return pixels;
  const converted = new Uint8Array((pixels.length / stored) * wanted);
  const [greenAt, blueAt] = stored > 2 ? [1, 2] : [0, 0];
  const isTransparent = stored % 2 === 0;
  for (let from = 0, to = 0; to < converted.length; from += stored, to += wanted) {
    const alpha = isTransparent ? pixels[from + stored - 1] : 255;
    const red = over(pixels[from], alpha, background[0]);
    const green = over(pixels[from + greenAt], alpha, background[1]);
    const blue = over(pixels[from + blueAt], alpha, background[2]);
    converted[to] = wanted === 1 ? luma(red, green, blue) : red;
    if (wanted === 1) continue;
    converted[to + 1] = green;
    converted[to + 2] = blue;
  }
  return converted;
}

/** (value × alpha + background × (255 − alpha)) ÷ 255, rounded to the nearest: the value itself where alpha is 255. */
function over(value: number, alpha: number, background: number): number {
  const sum = value * alpha + background * (255 - alpha) + 128;
  return (sum + (sum >> 8)) >> 8;
}
