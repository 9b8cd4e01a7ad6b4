import * as tf from '@tensorflow/tfjs';

/** A parameter of an augmentation: a number that is the same for all images, or one for each: float32 [batch]. */
export type Entry = number | tf.Tensor;

// Sums and products leave out what is 0 or 1 for every image, so that no op is traced for it.

export function times(a: Entry, b: Entry): Entry {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  return b === 1 ? a : tf.mul(a, b);
}

export function plus(a: Entry, b: Entry): Entry {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  return b === 0 ? a : tf.add(a, b);
}

/** To be combined with images [batch, height, width, channels]: [batch] → [batch, 1, 1, 1]. */
export function perImage(entry: Entry): Entry {
  return typeof entry === 'number' ? entry : tf.reshape(entry, [-1, 1, 1, 1]);
}
