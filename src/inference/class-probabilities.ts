/** A class and how probable the model holds it. */
export interface ClassProbability {
  class: string;
  probability: number;
}

/**
 * The most probable classes of one image, the most probable first; of equal ones, the first.
 * @param probabilities row-major [images, classes]
 * @param image its row
 */
export function mostProbableClasses(
  probabilities: Float32Array,
  image: number,
  classes: readonly string[],
  count: number,
): ClassProbability[] {
  const row = probabilities.subarray(image * classes.length, (image + 1) * classes.length);
  return [...row.keys()]
    .sort((a, b) => row[b] - row[a] || a - b)
    .slice(0, count)
    .map((index) => ({ class: classes[index], probability: row[index] }));
}
