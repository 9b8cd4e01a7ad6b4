import { UserError } from '../../text/errors.js';
import type { Bytes } from '../../tensorflow/bytes.js';
import type { Normalization, ImageColumn } from './image-column.js';
import type { Dataset, DatasetColumns, Rows } from '../dataset.js';
import { listed } from '../../text/words.js';
import type { Color } from './pixels.js';

/** Labelled images of one size, as they are on disk: whole numbers from 0 to 255. */
export interface ImageSet {
  /** [count, height, width, channels]: see `ColumnValues`. */
  images: Bytes;
  /** [count], each the index of a class. */
  labels: Int32Array;
  /** See `Rows`. */
  files?: readonly string[];
  prefetch?: Rows['prefetch'];
}

/** The size of images, and what they may be. */
export interface ImageShape {
  /** Pixels. */
  height: number;
  /** Pixels. */
  width: number;
  /** 1 for grayscale, 3 for RGB. */
  channels: number;
  /** The classes' names; a label is an index into them. */
  classes: readonly string[];
}

/** A dataset with two columns, an image and its class. */
export interface ImageDataset extends ImageShape, Pick<Dataset, 'name' | 'digest' | 'source' | 'givenValidation'> {
  train: ImageSet;
  test: ImageSet;
  /** What transparent pixels were laid onto, where they were decoded here: new images are treated alike. */
  background?: Color;
}

/** Images and their classes as columns. */
export function imageColumns(
  { height, width, channels, classes, background }: ImageShape & Pick<ImageDataset, 'background'>,
  { normalization }: { normalization: Normalization },
): DatasetColumns {
  const image: ImageColumn = { name: 'image', type: 'image', shape: [height, width, channels], normalization };
  return {
    inputs: [background === undefined ? image : { ...image, background }],
    target: { name: 'label', type: 'category', classes },
  };
}

/** A dataset of images in the form that all datasets have. */
export function asColumns(dataset: ImageDataset, config: { name: string; normalization: Normalization }): Dataset {
  const { digest, source, givenValidation, train, test } = dataset;
  const sets = { train: imageRows(train), test: imageRows(test) };
  const given = givenValidation === undefined ? {} : { givenValidation };
  return { name: config.name, digest, source, ...given, ...imageColumns(dataset, config), ...sets };
}

/** Images and labels as the rows of two columns. */
export function imageRows({ images, labels, ...rest }: ImageSet): Rows {
  return { count: labels.length, inputs: [images], target: labels, ...rest };
}

/**
 * A dataset as the images and the classes that it holds, for what looks at pixels.
 * @param purpose what needs images: `a preview of augmentation`
 * @throws UserError `images-needed` where it has other columns
 */
export function asImages<D extends DatasetColumns & Pick<Dataset, 'train' | 'test'>>(
  dataset: D,
  purpose: string,
): Omit<D, 'train' | 'test'> & Omit<ImageDataset, 'name' | 'digest' | 'source'> {
  const { train, test } = dataset;
  return { ...dataset, ...imageShape(dataset, purpose), train: imageSet(train), test: imageSet(test) };
}

/** The size of the images of a dataset that has nothing but images and their classes. @throws UserError `images-needed` */
export function imageShape(
  { inputs, target }: DatasetColumns,
  purpose: string,
): ImageShape & Pick<ImageColumn, 'background'> {
  const [first] = inputs;
  if (!isImages({ inputs, target })) {
    throw new UserError(
      `${purpose} needs images and their classes, and these data have ${columnsText({ inputs, target })}`,
      {
        code: 'images-needed',
        exitCode: 2,
      },
    );
  }
  const { shape, background } = first as ImageColumn;
  const [height, width, channels] = shape;
  return { height, width, channels, background, classes: target.classes };
}

/** Whether a dataset has nothing but images and their classes. */
export function isImages({ inputs, target }: DatasetColumns): boolean {
  return inputs.length === 1 && inputs[0].type === 'image' && target.type === 'category';
}

function columnsText({ inputs, target }: DatasetColumns): string {
  return listed([...inputs, target].map(({ name, type }) => `${name} (${type})`));
}

/** Rows of an image and a class. */
function imageSet({ inputs, target, files, prefetch }: Rows): ImageSet {
  return { images: inputs[0] as Bytes, labels: target as Int32Array, files, prefetch };
}
