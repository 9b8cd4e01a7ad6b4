/** Stands for pixels that count neither in a loss nor in a metric, in place of the number of a class. */
export const IGNORED = 255;

/** Numbers of classes, [height, width]; `IGNORED` where a pixel doesn't count. */
export interface Mask {
  height: number;
  width: number;
  pixels: Uint8Array;
}

/**
 * A mask in another size, each pixel the nearest of the mask: that whose area the middle of the new pixel lies in
 * (TensorFlow's `half_pixel_centers`), as images are resized.
 */
export function resizedNearest({ height, width, pixels }: Mask, size: { height: number; width: number }): Uint8Array {
  if (height === size.height && width === size.width) return pixels;
  const columns = nearestPlaces(width, size.width);
  const resized = new Uint8Array(size.height * size.width);
  nearestPlaces(height, size.height).forEach((row, y) => {
    for (let x = 0; x < size.width; x++) resized[y * size.width + x] = pixels[row * width + columns[x]];
  });
  return resized;
}

function nearestPlaces(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, place) => Math.floor(((place + 0.5) * from) / to));
}
