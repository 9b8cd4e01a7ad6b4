import type { NumberMap } from '../../explanation/task.js';

/** RGB, [height, width, 3] */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** An image of the model. @param pixels 0 to 255, [height, width, channels]; those that aren't RGB are shown gray */
export function pictureOf(pixels: Uint8Array, height: number, width: number): Picture {
  const channels = pixels.length / (height * width);
  return picture(height, width, (pixel) => {
    const at = (color: number): number => pixels[pixel * channels + (channels === 3 ? color : 0)];
    return [at(0), at(1), at(2)];
  });
}

/** From black, the least value (or 0, if that is less), to white, the greatest. */
export function grayOf({ height, width, values }: NumberMap): Picture {
  const least = -greatest(values, (value) => -value);
  const range = greatest(values) - least || 1;
  return picture(height, width, (pixel) => {
    const gray = (255 * (values[pixel] - least)) / range;
    return [gray, gray, gray];
  });
}

/** Red above 0, blue below, white at 0; the stronger, the greater. */
export function divergingOf({ height, width, values }: NumberMap): Picture {
  const largest = greatest(values, Math.abs) || 1;
  return picture(height, width, (pixel) => {
    const share = values[pixel] / largest;
    const pale = 255 * (1 - Math.abs(share));
    return share >= 0 ? [255, pale, pale] : [pale, pale, 255];
  });
}

/** An image with red where the map is greatest; the map is stretched to the image (bilinear). */
export function heated(image: Picture, map: NumberMap): Picture {
  const { height, width, pixels } = image;
  const largest = greatest(map.values) || 1;
  return picture(height, width, (pixel) => {
    const row = ((Math.floor(pixel / width) + 0.5) * map.height) / height - 0.5;
    const column = (((pixel % width) + 0.5) * map.width) / width - 0.5;
    const heat = (0.6 * sampled(map, row, column)) / largest;
    const [red, green, blue] = pixels.subarray(3 * pixel, 3 * pixel + 3);
    return [(1 - heat) * red + 255 * heat, (1 - heat) * green, (1 - heat) * blue];
  });
}

/** Of many values, or 0 if that is more. */
function greatest(values: Float32Array, of: (value: number) => number = (value) => value): number {
  return values.reduce((most, value) => Math.max(most, of(value)), 0);
}

/** Bilinear; beyond the edge, the edge. */
function sampled({ height, width, values }: NumberMap, row: number, column: number): number {
  const [y, x] = [clamped(row, height), clamped(column, width)];
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
  const between = (a: number, b: number, share: number): number => a + (b - a) * share;
  return between(
    between(values[top * width + left], values[top * width + right], x - left),
    between(values[bottom * width + left], values[bottom * width + right], x - left),
    y - top,
  );
}

function clamped(position: number, length: number): number {
  return Math.min(length - 1, Math.max(0, position));
}

function picture(height: number, width: number, colorOf: (pixel: number) => [number, number, number]): Picture {
  const pixels = new Uint8Array(3 * height * width);
  for (let pixel = 0; pixel < height * width; pixel++) pixels.set(colorOf(pixel), 3 * pixel);
  return { width, height, pixels };
}
