import type { RandomStream } from '../random.js';

/**
 * Orders images at random, such that the first n are a stratified sample, for every n: the j-th image (from 0) drawn of
 * a class with c images comes at quota (j + ½) / c, that is, classes take turns as parties take seats by the divisor
 * method of Sainte-Laguë (Webster). Unlike rounding by largest remainders, no class loses an image when n grows.
 * @param indices the images, as indices into `labels`
 * @returns the same indices, in that order
 */
export function stratifiedOrder(indices: Int32Array, labels: Int32Array, random: RandomStream): Int32Array {
  const shuffled = random.shuffle(indices.slice());
  const quotas = seatQuotas(shuffled.map((index) => labels[index]));
  return ascending(quotas).map((position) => shuffled[position]);
}

/** For each seat, taken in turn by an image of a class: the quota at which its class takes it, in (0, 1). */
function seatQuotas(classes: Int32Array): Float64Array {
  const count = classes.reduce((most, label) => Math.max(most, label), -1) + 1;
  const sizes = new Int32Array(count);
  for (const label of classes) sizes[label] += 1;
  const taken = new Int32Array(count);
  return Float64Array.from(classes, (label) => (taken[label]++ + 0.5) / sizes[label]);
}

/**
 * The positions of values in (0, 1), the smallest value first, equal ones as they stand: no class comes first because of
 * its number. A bucket sort, in linear time: quotas of a class are evenly spaced, so that none of as many buckets as there
 * are values has more than one of a class.
 */
function ascending(values: Float64Array): Int32Array {
  const count = values.length;
  const ends = new Int32Array(count + 1);
  for (const value of values) ends[Math.floor(value * count) + 1] += 1;
  for (let bucket = 1; bucket <= count; bucket++) ends[bucket] += ends[bucket - 1];
  const sorted = new Int32Array(count);
  const starts = ends.slice();
  for (let position = 0; position < count; position++) {
    sorted[starts[Math.floor(values[position] * count)]++] = position;
  }
  for (let bucket = 0; bucket < count; bucket++) {
    const [start, end] = [ends[bucket], ends[bucket + 1]];
    if (end - start > 1) sorted.subarray(start, end).sort((a, b) => values[a] - values[b] || a - b);
  }
  return sorted;
}
