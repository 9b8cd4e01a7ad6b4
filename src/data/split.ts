import { type RandomStream, randomStream } from '../random.js';

/** How the training images are divided. */
export interface SplitConfig {
  /** The part that measures instead of training, in [0, 1). */
  validation_split: number;
  /** The part of the remaining images that is trained on, in (0, 1]. */
  train_fraction: number;
  /** The run's seed. */
  seed: number;
}

/**
 * Divides the training images into those trained on and those that validate, each class in proportion.
 *
 * The validation images depend on `validation_split` and `seed` alone, so that runs with more or less training data are
 * measured on the same ones; and the images of a smaller `train_fraction` are among those of a larger one.
 * @param labels [count] class indices
 * @returns indices into `labels`, ascending
 */
export function splitTrain(labels: Int32Array, config: SplitConfig): { train: Int32Array; validation: Int32Array } {
  const everything = Int32Array.from(labels, (_, index) => index);
  const order = stratifiedOrder(everything, labels, randomStream(config.seed, 'split'));
  const validationCount = Math.min(Math.round(labels.length * config.validation_split), labels.length - 1);
  const validation = order.subarray(0, validationCount);
  const pool = order.subarray(validationCount);
  const poolOrder = stratifiedOrder(pool, labels, randomStream(config.seed, 'train_fraction'));
  const trainCount = Math.max(1, Math.round(pool.length * config.train_fraction));
  return { train: poolOrder.slice(0, trainCount).sort(), validation: validation.slice().sort() };
}

/**
 * Orders images at random, such that the first n are a stratified sample, for every n: the j-th image (from 0) drawn of
 * a class with c images comes at quota (j + ½) / c, that is, classes take turns as parties take seats by the divisor
 * method of Sainte-Laguë (Webster). Unlike rounding by largest remainders, no class loses an image when n grows.
 * @param indices the images, as indices into `labels`
 * @returns the same indices, in that order
 */
export function stratifiedOrder(indices: Int32Array, labels: Int32Array, random: RandomStream): Int32Array {
  const shuffled = random.shuffle(indices.slice());
  const sizes = new Map<number, number>();
  for (const index of shuffled) sizes.set(labels[index], (sizes.get(labels[index]) ?? 0) + 1);
  const taken = new Map<number, number>();
  const quotas = Float64Array.from(shuffled, (index) => {
    const label = labels[index];
    const drawn = taken.get(label) ?? 0;
    taken.set(label, drawn + 1);
    return (drawn + 0.5) / (sizes.get(label) ?? 1);
  });
  // Equal quotas stay in shuffled order: no class comes first because of its number.
  const positions = Int32Array.from(shuffled, (_, position) => position);
  positions.sort((a, b) => quotas[a] - quotas[b] || a - b);
  return positions.map((position) => shuffled[position]);
}
