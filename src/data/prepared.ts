import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withFileLock } from '../system/file-lock.js';
import { cacheError } from './cache-error.js';
import type { Dataset, TaskOptions } from './dataset.js';
import { contentDigest } from './digest.js';
import type { ImageSet, ImageShape } from './images/image-dataset.js';
import { MappedFile } from './mapped-file.js';
import { readText } from '../system/regular-file.js';

/** What is written down of a dataset when it is decoded. */
type Described = ImageShape & Pick<Dataset, 'givenValidation'>;

/** A dataset decoded once: raw pixels and labels in files that are memory-mapped. */
export interface PreparedDataset extends Described {
  digest: string;
  train: ImageSet;
  test: ImageSet;
}

/** Where a dataset is prepared, and from what. */
export interface Preparation {
  /** A folder for it alone; replaced as a whole. */
  directory: string;
  /** Of everything that the result depends on: what was prepared from something else is prepared anew. */
  fingerprint: string;
  /** Writes the `imagesFile` and `labelsFile` of both sets into a folder. */
  write: (folder: string) => Promise<Described>;
}

type SetName = 'train' | 'test';

interface Description extends Described {
  fingerprint: string;
  digest: string;
}

/** The file of a set's pixels in a prepared folder: bytes, [count, height, width, channels], nothing else. */
export function imagesFile(folder: string, set: SetName): string {
  return join(folder, `${set}-images.bin`);
}

/** The file of a set's labels in a prepared folder: int32 little-endian, [count]. */
export function labelsFile(folder: string, set: SetName): string {
  return join(folder, `${set}-labels.bin`);
}

/**
 * Opens a dataset that was prepared before, or prepares it. Another process that wants the same meanwhile waits and
 * opens the result; an interrupted preparation leaves nothing that would be taken for a whole one.
 */
export async function prepared(preparation: Preparation, { signal }: TaskOptions): Promise<PreparedDataset> {
  const found = await openPrepared(preparation);
  if (found !== undefined) return found;
  try {
    await mkdir(dirname(preparation.directory), { recursive: true });
    return await withFileLock(
      `${preparation.directory}.lock`,
      async () => (await openPrepared(preparation)) ?? (await prepare(preparation)),
      { signal },
    );
  } catch (error) {
    throw cacheError(error, dirname(preparation.directory));
  }
}

async function openPrepared({ directory, fingerprint }: Preparation): Promise<PreparedDataset | undefined> {
  try {
    const text = await readText(join(directory, 'dataset.json'));
    const { fingerprint: actual, ...description } = JSON.parse(text) as Description;
    const dataset = { ...description, train: openSet(directory, 'train'), test: openSet(directory, 'test') };
    return actual === fingerprint && isWhole(dataset) ? dataset : undefined;
  } catch {
    // Not there, or replaced just now, or from a version with other files: it is made anew.
    return undefined;
  }
}

function isWhole({ height, width, channels, train, test }: PreparedDataset): boolean {
  return [train, test].every(({ images, labels }) => images.byteLength === labels.length * height * width * channels);
}

function openSet(directory: string, set: SetName): ImageSet {
  const images = new MappedFile(imagesFile(directory, set));
  const bytes = new MappedFile(labelsFile(directory, set));
  const count = bytes.byteLength / Int32Array.BYTES_PER_ELEMENT;
  return {
    images,
    labels: new Int32Array(bytes.subarray(0, bytes.byteLength).buffer, 0, count),
    prefetch: (indices) => {
      const size = images.byteLength / count;
      for (const index of indices) images.prefetch(index * size, (index + 1) * size);
    },
  };
}

async function prepare(preparation: Preparation): Promise<PreparedDataset> {
  const { directory, fingerprint, write } = preparation;
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    await mkdir(partial);
    const shape = await write(partial);
    const sets = { train: openSet(partial, 'train'), test: openSet(partial, 'test') };
    const digest = contentDigest(shape, { ...sets, givenValidation: shape.givenValidation });
    const description: Description = { ...shape, fingerprint, digest };
    await writeFile(join(partial, 'dataset.json'), JSON.stringify(description), { flush: true });
    await rm(directory, { recursive: true, force: true });
    await rename(partial, directory);
    return { ...shape, digest, ...sets };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}
