import { constants } from 'node:buffer';
import { UserError } from '../text/errors.js';

/** Refuses what no array can hold (in Node 20: more than 4 GiB), before any work is done on it. */
export function requireArrayHolds(bytes: number, source: string): void {
  if (bytes <= constants.MAX_LENGTH) return;
  throw new UserError(
    `${source}: ${bytes} bytes of pixels, but an array of Node ${process.versions.node} holds at most ${constants.MAX_LENGTH}`,
    { code: 'dataset-too-large', hint: 'use smaller images or fewer of them, or Node 22 or later' },
  );
}

/** Of one image, wherever it comes from and whatever takes it: more would take seconds and gigabytes. */
export const MAX_PIXELS = 50_000_000;

/**
 * Refuses images of a size of which one would take all memory.
 * @param subject what says the size: `dataset.image_size:`, `model.json takes images of`
 */
export function requirePixels(
  { height, width }: { height: number; width: number },
  subject: string,
  { code, hint }: { code: string; hint: string },
): void {
  if (height * width <= MAX_PIXELS) return;
  const problem = `${subject} ${height}×${width} pixels, more than ${MAX_PIXELS / 1e6} million`;
  throw new UserError(problem, { code, hint });
}

/** What to do about a size that an experiment asks for. */
export const SMALLER_SIZE = {
  code: 'dataset-invalid',
  hint: 'choose a smaller one: networks are trained on images of a few hundred pixels a side',
};

/** Values of the images that are decoded or classified together: 1 GiB as numbers of 4 bytes. */
const VALUES_AT_ONCE = 2 ** 28;

/** How many images of a size go together: as many as wanted, but at least one and no more than memory should hold. */
export function imagesAtOnce(wanted: number, valuesOfOne: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(VALUES_AT_ONCE / valuesOfOne)));
}
