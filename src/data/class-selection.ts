import { UserError } from '../errors.js';
import type { Dataset, ImageSet } from './dataset.js';
import { contentDigest } from './digest.js';

/**
 * The images of some of a data set's classes, whose labels are then these classes' positions. They are copied, so that
 * of a memory-mapped data set what is selected must fit into memory.
 * @throws UserError `dataset-class-unknown`
 */
export function selectClasses(dataset: Dataset, classes: string[]): Dataset {
  requireClasses(dataset.classes, classes);
  const { height, width, channels } = dataset;
  const labelOf = new Map(classes.map((name, label) => [dataset.classes.indexOf(name), label]));
  const size = height * width * channels;
  const sets = { train: select(dataset.train, labelOf, size), test: select(dataset.test, labelOf, size) };
  return { ...dataset, ...sets, classes, digest: contentDigest({ height, width, channels, classes }, sets) };
}

/** @throws UserError `dataset-class-unknown` */
export function requireClasses(present: readonly string[], wanted: readonly string[]): void {
  const unknown = wanted.find((name) => !present.includes(name));
  if (unknown === undefined) return;
  throw new UserError(`the data set has no class ${JSON.stringify(unknown)}`, {
    code: 'dataset-class-unknown',
    hint: `its classes are ${present.slice(0, 30).join(', ')}`,
    exitCode: 2,
  });
}

/** @param labelOf label in the whole data set → label among the selected classes */
function select({ images, labels }: ImageSet, labelOf: ReadonlyMap<number, number>, size: number): ImageSet {
  const chosen = Int32Array.from(labels.keys()).filter((index) => labelOf.has(labels[index]));
  const pixels = new Uint8Array(chosen.length * size);
  chosen.forEach((index, position) => {
    pixels.set(images.subarray(index * size, (index + 1) * size), position * size);
  });
  return { images: pixels, labels: chosen.map((index) => labelOf.get(labels[index]) ?? 0) };
}
