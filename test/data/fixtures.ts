import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it as base } from 'vitest';
import type { DatasetConfig } from '../../src/config/schema/experiment.generated.js';
import type { DatasetDescription, LoadOptions } from '../../src/data/dataset.js';
import { type ImageDataset, type ImageShape, asImages, imageShape } from '../../src/data/images/image-dataset.js';
import { datasetShape, loadDataset } from '../../src/data/load.js';
import { UserError } from '../../src/text/errors.js';
import type { Bytes } from '../../src/tensorflow/bytes.js';

/** `it` with a folder of its own, removed afterwards, and options that keep the cache in it. */
export const it = base.extend<{ folder: string; options: LoadOptions }>({
  // eslint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures used from this pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'ablate-data-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  options: async ({ folder }, use) => {
    await use({ baseDirectory: folder, environment: { ABLATE_CACHE: join(folder, 'cache') } });
  },
});

/** The part of a dataset's configuration that its loaders don't look at. */
export const splitDefaults = {
  validation_split: 0.1,
  train_fraction: 1,
  normalization: 'rescale',
  split: null,
  classes: null,
} as const;

/** The UserError that a promise is rejected with; anything else fails the test. */
export async function userError(promise: Promise<unknown>): Promise<UserError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof UserError) return thrown;
  throw new Error(`expected a UserError, got ${String(thrown)}`, { cause: thrown });
}

/** The bytes of an IDX file. */
export function idxFile(dimensions: number[], data: Uint8Array, elementCode = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, elementCode, dimensions.length]);
  dimensions.forEach((size, index) => header.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([header, data]);
}

/** All of them, as an array. */
export function bytesOf(bytes: Bytes): Uint8Array {
  return bytes.subarray(0, bytes.byteLength);
}

/** The images of MNIST, whose files come with a package. */
export function mnistImages(): Promise<ImageDataset> {
  return loadImages({ name: 'mnist', path: null, ...splitDefaults }, { baseDirectory: '.' });
}

/** A dataset, as its images. */
export async function loadImages(config: DatasetConfig, options: LoadOptions): Promise<ImageDataset> {
  return asImages(await loadDataset(config, options), 'a test');
}

/** What is known of a dataset beforehand, as of images. */
export async function describeImages(
  config: DatasetConfig,
  options: LoadOptions,
): Promise<ImageShape & Omit<DatasetDescription, 'inputs' | 'target'>> {
  const { inputs, target, ...description } = await datasetShape(config, options);
  const { height, width, channels, classes } = imageShape({ inputs, target }, 'a test');
  return { ...description, height, width, channels, classes };
}
