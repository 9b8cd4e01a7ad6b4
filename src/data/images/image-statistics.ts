/** What an image looks like, in two numbers from 0 to 1. */
export interface ImageStatistics {
  /** Mean over the pixels. */
  brightness: number;
  /** Standard deviation over the pixels. */
  contrast: number;
}

/** @param pixels of one image, 0 to 255 */
export function imageStatistics(pixels: Uint8Array): ImageStatistics {
  let sum = 0;
  let squares = 0;
  for (const value of pixels) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  // Whole numbers below 2^53, so that the difference is exact before it is divided.
  const scatter = pixels.length * squares - sum * sum;
  return { brightness: mean / 255, contrast: Math.sqrt(scatter) / pixels.length / 255 };
}
