import { resolve } from 'node:path';
import type { Idx } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../text/errors.js';
import type { Dataset, DatasetDescription, LoadOptions, TaskOptions } from '../dataset.js';
import { type ImageDataset, type ImageSet, type ImageShape, asColumns, imageColumns } from '../images/image-dataset.js';
import { contentDigest } from '../digest.js';
import { requireArrayHolds } from '../limits.js';
import { LastRead } from '../last-read.js';
import { type IdxArray, type IdxHeader, readIdx, readIdxHeader } from '../idx-format.js';
import type { PublishedConfig } from '../published.js';
import type { DataSource } from './data-source.js';

/** Paths of the four files of a dataset in MNIST's format, and of two more for validation images that are given. */
export type IdxFiles = Pick<Idx, 'train_images' | 'train_labels' | 'test_images' | 'test_labels'> & {
  validation_images?: string;
  validation_labels?: string;
};

/** A label beyond this is taken for damage, not for a class. */
const MAX_CLASSES = 65_536;

const BYTES_PER_LABEL: Partial<Record<IdxHeader['elementType'], number>> = { uint8: 1, int16: 2, int32: 4 };

/** The dataset read last. */
const lastRead = new LastRead<Omit<ImageDataset, 'name' | 'source'>>();

/** Reads the dataset `idx`: images in [count, height, width] or [count, height, width, channels], labels in [count]. */
async function loadIdx(config: Idx, options: LoadOptions): Promise<Dataset> {
  const files = absolute(config, options);
  const read = await lastRead.of(Object.values(files), config.name, async () => {
    const { size, ...sets } = await readIdxFiles(files, options);
    const shape = { ...size, classes: numberedClasses(sets.train.labels, sets.test.labels) };
    return { ...shape, digest: contentDigest(shape, sets), ...sets };
  });
  return asColumns({ name: config.name, ...read, source: config.train_images }, config);
}

/** The shape of the dataset `idx`, from the images' headers and the labels. */
async function describeIdx(config: Idx, options: LoadOptions): Promise<DatasetDescription> {
  const files = absolute(config, options);
  const { train_labels, test_labels, validation_images, validation_labels } = files;
  const labelFiles = [train_labels, test_labels, validation_labels].filter((file) => file !== undefined);
  const [header, validation, ...labels] = await Promise.all([
    readIdxHeader(files.train_images),
    validation_images === undefined ? undefined : readIdxHeader(validation_images),
    ...labelFiles.map(async (file) => decodeLabels(file, await readIdx(file))),
  ]);
  const size = imageSize(files.train_images, header);
  if (validation_images !== undefined && validation)
    requireSameSize(validation_images, imageSize(validation_images, validation), size);
  const classes = numberedClasses(...labels);
  const present = new Set(labels.flatMap((some) => [...new Set(some)]));
  const emptyClasses = classes.filter((_, label) => !present.has(label));
  const empty = emptyClasses.length > 0 ? { emptyClasses } : {};
  return { ...imageColumns({ ...size, classes }, config), ...empty, hasValidation: validation !== undefined };
}

export const idx: DataSource<Idx> = { load: loadIdx, describe: describeIdx };

/** Reads and checks the four files of a known dataset: its images and labels must fit its shape. */
export function readKnownIdxFiles(
  files: IdxFiles,
  shape: ImageShape,
  options: TaskOptions,
): Promise<Omit<ImageDataset, 'name' | 'source'>> {
  return lastRead.of(Object.values(files), JSON.stringify(shape), async () => {
    const { size, train, test } = await readIdxFiles(files, options);
    requireSameSize(files.train_images, size, shape);
    requireLabelsBelow(shape.classes.length, files.train_labels, train.labels);
    requireLabelsBelow(shape.classes.length, files.test_labels, test.labels);
    return { ...shape, digest: contentDigest(shape, { train, test }), train, test };
  });
}

/**
 * What a known dataset in this format holds: its published shape, once the headers of its files have shown that they are
 * there.
 * @param config.path folder of its files; null if they come with Ablate or are downloaded
 */
export async function describeKnownIdx(
  config: PublishedConfig,
  shape: ImageShape,
  options: LoadOptions,
): Promise<DatasetDescription> {
  const { path } = config;
  if (path !== null) await requireKnownIdxFiles(publishedNames(resolve(options.baseDirectory, path)), shape);
  return { ...imageColumns(shape, config), hasValidation: false };
}

async function requireKnownIdxFiles(files: IdxFiles, shape: ImageShape): Promise<void> {
  const paths = [files.train_images, files.train_labels, files.test_images, files.test_labels];
  const headers = await Promise.all(paths.map(readIdxHeader));
  for (const index of [0, 2]) requireSameSize(paths[index], imageSize(paths[index], headers[index]), shape);
}

/** The four files of MNIST and its like under their published names in one folder. */
export function publishedNames(folder: string): IdxFiles {
  return {
    train_images: resolve(folder, 'train-images-idx3-ubyte'),
    train_labels: resolve(folder, 'train-labels-idx1-ubyte'),
    test_images: resolve(folder, 't10k-images-idx3-ubyte'),
    test_labels: resolve(folder, 't10k-labels-idx1-ubyte'),
  };
}

function absolute(config: Idx, { baseDirectory }: LoadOptions): IdxFiles {
  const { validation_images, validation_labels } = config;
  return {
    train_images: resolve(baseDirectory, config.train_images),
    train_labels: resolve(baseDirectory, config.train_labels),
    test_images: resolve(baseDirectory, config.test_images),
    test_labels: resolve(baseDirectory, config.test_labels),
    ...(validation_images ? { validation_images: resolve(baseDirectory, validation_images) } : {}),
    ...(validation_labels ? { validation_labels: resolve(baseDirectory, validation_labels) } : {}),
  };
}

type ImageSize = Pick<ImageShape, 'height' | 'width' | 'channels'>;

async function readIdxFiles(
  files: IdxFiles,
  options: TaskOptions,
): Promise<{ size: ImageSize } & Pick<ImageDataset, 'train' | 'test' | 'givenValidation'>> {
  const [train, test] = await inOrder([
    readPair(files.train_images, files.train_labels, options),
    readPair(files.test_images, files.test_labels, options),
  ]);
  requireSameSize(files.test_images, test.size, train.size);
  const sets = { size: train.size, train: train.set, test: test.set };
  const { validation_images, validation_labels } = files;
  if (validation_images === undefined || validation_labels === undefined) return sets;
  const validation = await readPair(validation_images, validation_labels, options);
  requireSameSize(validation_images, validation.size, train.size);
  const together = joined(train.set, validation.set, validation_images);
  return { ...sets, train: together, givenValidation: validation.set.labels.length };
}

function joined(first: ImageSet, second: ImageSet, source: string): ImageSet {
  requireArrayHolds(first.images.byteLength + second.images.byteLength, source);
  const images = new Uint8Array(first.images.byteLength + second.images.byteLength);
  images.set(first.images.subarray(0, first.images.byteLength));
  images.set(second.images.subarray(0, second.images.byteLength), first.images.byteLength);
  const labels = new Int32Array(first.labels.length + second.labels.length);
  labels.set(first.labels);
  labels.set(second.labels, first.labels.length);
  return { images, labels };
}

/** Reads at once, but of several failures always tells the first in this order: the same mistake, the same message. */
async function inOrder<T>(tasks: [Promise<T>, Promise<T>]): Promise<[T, T]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}

async function readPair(
  imagesPath: string,
  labelsPath: string,
  options: TaskOptions,
): Promise<{ size: ImageSize; set: ImageSet }> {
  const [images, encoded] = await inOrder([readIdx(imagesPath, options), readIdx(labelsPath, options)]);
  const size = imageSize(imagesPath, images);
  const labels = decodeLabels(labelsPath, encoded);
  if (labels.length !== images.dimensions[0]) {
    throw invalid(labelsPath, `expected ${images.dimensions[0]} labels, one per image of ${imagesPath}`, labels.length);
  }
  return { size, set: { images: images.data, labels } };
}

function imageSize(path: string, { elementType, dimensions }: IdxHeader): ImageSize {
  const [count, height, width, channels = 1] = dimensions;
  const fits = elementType === 'uint8' && (dimensions.length === 3 || dimensions.length === 4);
  if (fits && count * height * width * channels > 0) return { height, width, channels };
  throw invalid(
    path,
    'expected images: uint8 of [count, height, width] or [count, height, width, channels]',
    `${elementType} of [${dimensions.join(', ')}]`,
  );
}

function decodeLabels(path: string, { elementType, dimensions, data }: IdxArray): Int32Array {
  const bytes = BYTES_PER_LABEL[elementType];
  if (bytes === undefined || dimensions.length !== 1) {
    throw invalid(
      path,
      'expected labels: uint8, int16 or int32 of [count]',
      `${elementType} of [${dimensions.join(', ')}]`,
    );
  }
  const view = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const labels = Int32Array.from({ length: dimensions[0] }, (_, index) =>
    bytes === 1 ? data[index] : view.readIntBE(index * bytes, bytes),
  );
  requireLabelsBelow(MAX_CLASSES, path, labels);
  return labels;
}

function requireLabelsBelow(classes: number, path: string, labels: Int32Array): void {
  const index = labels.findIndex((label) => label < 0 || label >= classes);
  if (index >= 0)
    throw invalid(path, `expected labels from 0 to ${classes - 1}`, `${labels[index]} at position ${index}`);
}

function requireSameSize(path: string, found: ImageSize, expected: ImageSize): void {
  const [a, b] = [found, expected].map(({ height, width, channels }) => `${height}×${width}×${channels}`);
  if (a !== b) throw invalid(path, `expected images of ${b} (height × width × channels)`, a);
}

/** Classes named by their numbers, up to the largest label. */
function numberedClasses(...sets: Int32Array[]): string[] {
  const largest = sets.flatMap((labels) => labels.reduce((max, label) => Math.max(max, label), 0));
  return Array.from({ length: Math.max(...largest) + 1 }, (_, label) => String(label));
}

function invalid(path: string, expected: string, found: string | number): UserError {
  return new UserError(`${path}: ${expected}, found ${found}`, {
    code: 'dataset-invalid',
    hint: 'check that the experiment file names the right files',
  });
}
