import type { ImageShape } from './image-dataset.js';

/** A picture to try a model with: a bright ring on black, [height, width, channels]. */
export function ringOf({ height, width, channels }: Pick<ImageShape, 'height' | 'width' | 'channels'>): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, index) => {
    const pixel = Math.floor(index / channels);
    const [y, x] = [Math.floor(pixel / width) / height - 0.5, (pixel % width) / width - 0.5];
    return Math.max(0, 255 - 1500 * Math.abs(Math.hypot(x, y) - 0.3));
  });
}
