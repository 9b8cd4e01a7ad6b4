/** Rows, columns and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Sides of what an image is shrunk to, and of its lowest frequencies, whose signs are the hash. */
const SIDE = 32;
const LOW = 8;

/** The cosines of the discrete cosine transform (type II): [LOW][SIDE]. */
const cosines = Float64Array.from({ length: LOW * SIDE }, (_, index) => {
  const [frequency, place] = [Math.floor(index / SIDE), index % SIDE];
  return Math.cos((Math.PI * frequency * (2 * place + 1)) / (2 * SIDE));
});

/**
 * The perceptual hash of an image (pHash; Zauner 2010, as in Python's ImageHash): it is shrunk to 32×32 grays, and each bit
 * says whether one of the 8×8 lowest frequencies of its cosine transform is above their median. Images that were saved,
 * resized or brightened anew differ in few of the 64 bits.
 * @returns two numbers of 32 bits
 */
export function perceptualHash(thumbnail: Float64Array): [number, number] {
  const rows = new Float64Array(LOW * SIDE);
  for (let frequency = 0; frequency < LOW; frequency++) {
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += cosines[frequency * SIDE + y] * thumbnail[y * SIDE + x];
      rows[frequency * SIDE + x] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += rows[v * SIDE + x] * cosines[u * SIDE + x];
      low[v * LOW + u] = sum;
    }
  }
  return signs(low);
}

function signs(low: Float64Array): [number, number] {
  const sorted = low.slice().sort();
  const middle = low.length / 2;
  const median = (sorted[middle - 1] + sorted[middle]) / 2;
  const hash: [number, number] = [0, 0];
  for (const [index, value] of low.entries()) if (value > median) hash[index >> 5] |= 1 << (index & 31);
  return [hash[0] >>> 0, hash[1] >>> 0];
}

/**
 * An image as 32×32 grays from 0 to 255, each the mean of what it covers.
 * @param pixels [height, width, channels], of 1, 3 or 4 channels
 */
export function thumbnailOf(pixels: Uint8Array, [height, width, channels]: ImageShape): Float64Array {
  const [ys, xs] = [coverage(height), coverage(width)];
  const wide = new Float64Array(height * SIDE);
  for (let y = 0; y < height; y++) {
    for (const [x, parts] of xs.entries()) {
      let sum = 0;
      for (const { at, weight } of parts) sum += weight * gray(pixels, (y * width + at) * channels, channels);
      wide[y * SIDE + x] = sum;
    }
  }
  const thumbnail = new Float64Array(SIDE * SIDE);
  for (const [y, parts] of ys.entries()) {
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (const { at, weight } of parts) sum += weight * wide[at * SIDE + x];
      thumbnail[y * SIDE + x] = sum;
    }
  }
  return thumbnail;
}

/** Luma of ITU-R BT.601, as Pillow's `L`. */
function gray(pixels: Uint8Array, at: number, channels: number): number {
  return channels < 3 ? pixels[at] : 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
}

interface Covered {
  at: number;
  weight: number;
}

const known = new Map<number, Covered[][]>();

/** Which of so many pixels each of the thumbnail's covers, and with what share. */
function coverage(size: number): Covered[][] {
  const found = known.get(size) ?? Array.from({ length: SIDE }, (_, index) => covered(size, index));
  known.set(size, found);
  return found;
}

function covered(size: number, index: number): Covered[] {
  const [start, end] = [(index * size) / SIDE, ((index + 1) * size) / SIDE];
  const parts: Covered[] = [];
  for (let at = Math.floor(start); at < end && at < size; at++) {
    const weight = (Math.min(end, at + 1) - Math.max(start, at)) / (end - start);
    if (weight > 1e-9) parts.push({ at, weight });
  }
  return parts;
}

/** Pixels of a thumbnail in a block of its coarse form, along each side. */
const BLOCK = 4;

/** A thumbnail of mean 0 and length 1, as the sums of its 8×8 blocks over the root of their size. */
export function coarseOf(thumbnail: Float64Array): Float32Array {
  const unit = standardized(thumbnail);
  const blocks = new Float32Array((SIDE / BLOCK) ** 2);
  for (const [index, value] of unit.entries()) {
    const [y, x] = [Math.floor(index / SIDE / BLOCK), Math.floor((index % SIDE) / BLOCK)];
    blocks[(y * SIDE) / BLOCK + x] += value / BLOCK;
  }
  return blocks;
}

/**
 * Whether two thumbnails can be correlated so much. Standardized ones are as far from each other as √(2 − 2r), and their
 * blocks are never further (Cauchy and Schwarz), so that most pairs are told by these.
 */
export function mayCorrelate(a: Float32Array, b: Float32Array, least: number): boolean {
  // What 32 bits round away.
  const most = 2 - 2 * least + 1e-5;
  let square = 0;
  for (let index = 0; index < a.length; index++) {
    square += (a[index] - b[index]) ** 2;
    if (square > most) return false;
  }
  return true;
}

/** How much two thumbnails go together: Pearson's correlation; 0 where one has no contrast. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [standardized(a), standardized(b)];
  return x.reduce((sum, value, index) => sum + value * y[index], 0);
}

/** Of mean 0 and length 1; all 0 without contrast. */
function standardized(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const length = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return values.map((value) => (length > 0 ? (value - mean) / length : 0));
}
