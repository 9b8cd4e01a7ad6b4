import { resolve } from 'node:path';
import type { Idx } from '../config/experiment.js';
import { UserError } from '../errors.js';
import type { Dataset, DatasetShape, ImageSet, LoadOptions, TaskOptions } from './dataset.js';
import { contentDigest } from './digest.js';
import { LastRead } from './last-read.js';
import { type IdxArray, type IdxHeader, readIdx, readIdxHeader } from './idx.js';

/** Paths of the four files of a data set in MNIST's format. */
export type IdxFiles = Pick<Idx, 'train_images' | 'train_labels' | 'test_images' | 'test_labels'>;

/** A label beyond this is taken for damage, not for a class. */
const MAX_CLASSES = 65_536;

const bytesPerLabel: Partial<Record<IdxHeader['elementType'], number>> = { uint8: 1, int16: 2, int32: 4 };

/** The data set read last. */
const lastRead = new LastRead<Omit<Dataset, 'name' | 'source'>>();

/** Reads the data set `idx`: images in [count, height, width] or [count, height, width, channels], labels in [count]. */
export async function loadIdx(config: Idx, options: LoadOptions): Promise<Dataset> {
  const files = absolute(config, options);
  const read = await lastRead.of(Object.values(files), config.name, async () => {
    const { size, train, test } = await readIdxFiles(files, options);
    const shape = { ...size, classes: numberedClasses(train.labels, test.labels) };
    return { ...shape, digest: contentDigest(shape, { train, test }), train, test };
  });
  return { name: config.name, ...read, source: config.train_images };
}

/** The shape of the data set `idx`, from the images' header and the labels. */
export async function idxShape(config: Idx, options: LoadOptions): Promise<DatasetShape> {
  const files = absolute(config, options);
  const [header, train, test] = await Promise.all([
    readIdxHeader(files.train_images),
    readIdx(files.train_labels),
    readIdx(files.test_labels),
  ]);
  return {
    ...imageSize(files.train_images, header),
    classes: numberedClasses(decodeLabels(files.train_labels, train), decodeLabels(files.test_labels, test)),
  };
}

/** Reads and checks the four files of a known data set: its images and labels must fit its shape. */
export function readKnownIdxFiles(
  files: IdxFiles,
  shape: DatasetShape,
  options: TaskOptions,
): Promise<Omit<Dataset, 'name' | 'source'>> {
  return lastRead.of(Object.values(files), JSON.stringify(shape), async () => {
    const { size, train, test } = await readIdxFiles(files, options);
    requireSameSize(files.train_images, size, shape);
    requireLabelsBelow(shape.classes.length, files.train_labels, train.labels);
    requireLabelsBelow(shape.classes.length, files.test_labels, test.labels);
    return { ...shape, digest: contentDigest(shape, { train, test }), train, test };
  });
}

/** Sees to it, by their headers, that the four files of a known data set are there. */
export async function requireKnownIdxFiles(files: IdxFiles, shape: DatasetShape): Promise<void> {
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
  return {
    train_images: resolve(baseDirectory, config.train_images),
    train_labels: resolve(baseDirectory, config.train_labels),
    test_images: resolve(baseDirectory, config.test_images),
    test_labels: resolve(baseDirectory, config.test_labels),
  };
}

type ImageSize = Pick<DatasetShape, 'height' | 'width' | 'channels'>;

async function readIdxFiles(
  files: IdxFiles,
  options: TaskOptions,
): Promise<{ size: ImageSize; train: ImageSet; test: ImageSet }> {
  const [train, test] = await inOrder([
    readPair(files.train_images, files.train_labels, options),
    readPair(files.test_images, files.test_labels, options),
  ]);
  requireSameSize(files.test_images, test.size, train.size);
  return { size: train.size, train: train.set, test: test.set };
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
  const bytes = bytesPerLabel[elementType];
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
