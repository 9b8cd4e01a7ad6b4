import { IGNORED } from './mask.js';

/** What the masks of some rows hold. */
export interface PixelCounts {
  /** Pixels of each class, by its name. */
  classes: Record<string, number>;
  /** Pixels that count for nothing. */
  ignored: number;
  /** Masks in which no pixel is of another class than the first. */
  empty: number;
}

/**
 * Counts the pixels of masks.
 * @param masks [count, size]
 * @param rows which of them
 * @param of.size pixels of a mask
 */
export function pixelCounts(
  masks: Uint8Array,
  rows: Int32Array,
  { classes, size }: { classes: readonly string[]; size: number },
): PixelCounts {
  const counts = new Float64Array(IGNORED + 1);
  let empty = 0;
  for (const row of rows) {
    let others = 0;
    for (const value of masks.subarray(row * size, (row + 1) * size)) {
      counts[value]++;
      if (value !== 0 && value !== IGNORED) others++;
    }
    if (others === 0) empty++;
  }
  const named = Object.fromEntries(classes.map((name, index) => [name, counts[index]]));
  return { classes: named, ignored: counts[IGNORED], empty };
}
