/**
 * What is counted of each image's mask: row-major [images, 3, classes], the pixels of each class that are right, those that
 * are predicted, and those that are true.
 */
export type MaskCounts = Float32Array;

/**
 * Counts the pixels of masks.
 * @param predicted the class of each pixel, [images, pixels]
 * @param truth likewise; what is no class's number doesn't count
 */
export function countMasks(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  { images, classes }: { images: number; classes: number },
): MaskCounts {
  const counts = new Float32Array(images * 3 * classes);
  const pixels = truth.length / images;
  for (let pixel = 0; pixel < truth.length; pixel++) {
    const [real, guess] = [truth[pixel], predicted[pixel]];
    if (real >= classes) continue;
    const start = 3 * classes * Math.floor(pixel / pixels);
    if (real === guess) counts[start + real]++;
    counts[start + classes + guess]++;
    counts[start + 2 * classes + real]++;
  }
  return counts;
}

/** What predictions of a class are worth. */
export interface ClassOverlap {
  /** Over all images together; NaN of a class that is neither true nor predicted anywhere. */
  iou: number;
  /** The mean over the images in which the class is true or predicted. */
  dice: number;
  precision: number;
  recall: number;
  /** In which the class is true. */
  images: number;
}

/** The first of the classes that Dice is of: a first one called `background` is none. */
export function firstForeground(classes: readonly string[]): 0 | 1 {
  return classes[0].toLowerCase() === 'background' ? 1 : 0;
}

/** Of all pixels that count, the share whose class is right. */
export function pixelAccuracy(counts: MaskCounts, classes: number): number {
  const { right, real } = totals(counts, classes);
  return sum(right) / sum(real);
}

/**
 * The mean over the classes of intersection ÷ union of all images' pixels together (Keras MeanIoU, torchmetrics JaccardIndex);
 * classes that are neither true nor predicted anywhere are left out.
 */
export function meanIou(counts: MaskCounts, classes: number): number {
  const { right, predicted, real } = totals(counts, classes);
  return meanOf(right.map((each, index) => each / (predicted[index] + real[index] - each)));
}

/**
 * Of each image 2 · right ÷ (predicted + true) pixels (Dice, 1945), the mean over the classes from `first` on that are true
 * or predicted in it; 1 of an image in which none is, since nothing is rightly found there.
 */
export function diceOfImages(counts: MaskCounts, classes: number, first: number): Float64Array {
  return Float64Array.from({ length: counts.length / (3 * classes) }, (_, image) => {
    const present = diceOf(counts, classes, image).subarray(first);
    const mean = meanOf(present);
    return isNaN(mean) ? 1 : mean;
  });
}

/** The same of masks themselves, of which a first class called `background` is left out. */
export function diceOfMasks(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  { images, classes }: { images: number; classes: readonly string[] },
): Float64Array {
  const counts = countMasks(predicted, truth, { images, classes: classes.length });
  return diceOfImages(counts, classes.length, firstForeground(classes));
}

/** The mean over the images. */
export function meanDice(counts: MaskCounts, classes: number, first: number): number {
  return meanOf(diceOfImages(counts, classes, first));
}

/** Of an image's classes; NaN of those that are neither true nor predicted in it. */
export function diceOf(counts: MaskCounts, classes: number, image: number): Float64Array {
  const at = (part: number, index: number): number => counts[(3 * image + part) * classes + index];
  return Float64Array.from({ length: classes }, (_, index) => (2 * at(0, index)) / (at(1, index) + at(2, index)));
}

/** Of each class. */
export function classOverlaps(counts: MaskCounts, classes: number): ClassOverlap[] {
  const { right, predicted, real } = totals(counts, classes);
  const images = Array.from({ length: counts.length / (3 * classes) }, (_, image) => image);
  const dice = images.map((image) => diceOf(counts, classes, image));
  return right.map((each, index) => ({
    iou: each / (predicted[index] + real[index] - each),
    dice: meanOf(dice.map((ofImage) => ofImage[index])),
    precision: each / predicted[index],
    recall: each / real[index],
    images: images.filter((image) => counts[(3 * image + 2) * classes + index] > 0).length,
  }));
}

function totals(counts: MaskCounts, classes: number): Record<'right' | 'predicted' | 'real', number[]> {
  const all = new Float64Array(3 * classes);
  counts.forEach((count, index) => (all[index % all.length] += count));
  const part = (index: number): number[] => [...all.subarray(index * classes, (index + 1) * classes)];
  return { right: part(0), predicted: part(1), real: part(2) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The mean of those that are numbers. */
export function meanOf(values: Iterable<number>): number {
  const known = [...values].filter((value) => !isNaN(value));
  return sum(known) / known.length;
}
