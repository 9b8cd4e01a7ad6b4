import type { Stats } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { list } from 'tar';
import type { Cifar10 } from '../config/experiment.js';
import { UserError, messageOf } from '../errors.js';
import { cacheDirectory } from '../cache.js';
import type { Dataset, DatasetShape, LoadOptions, TaskOptions } from './dataset.js';
import { textDigest } from './digest.js';
import { type RemoteFile, ensureDownloaded, mirrored } from './download.js';
import { type Preparation, imagesFile, labelsFile, prepared } from './prepared.js';

/** Tiny photographs (Krizhevsky, 2009): 50,000 images to train on and 10,000 to test. */
export const cifar10Shape: DatasetShape = {
  height: 32,
  width: 32,
  channels: 3,
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};

/** The "binary version"; checksum as in TensorFlow Datasets (url_checksums/cifar10.txt). */
const publishedArchive: RemoteFile = {
  urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
  bytes: 170052171,
  sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
};

const batchFiles = {
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: ['test_batch.bin'],
};
const allBatchFiles = [...batchFiles.train, ...batchFiles.test];

const PLANE = 32 * 32;
const PIXELS = 3 * PLANE;
/** A label, then the red, the green and the blue plane, each row by row. */
const RECORD = 1 + PIXELS;
const RECORDS_PER_BATCH = 10_000;
const BATCH_BYTES = RECORDS_PER_BATCH * RECORD;

/**
 * Reads CIFAR-10 from a folder with its binary version's files, from its archive, or from the cache, downloading what
 * isn't there. Its images are rearranged once, into the cache, and memory-mapped.
 * @param archive what to download: another file in tests
 */
export async function loadCifar10(config: Cifar10, options: LoadOptions, archive = publishedArchive): Promise<Dataset> {
  const preparation = config.path === null ? downloaded(archive, options) : await given(config.path, options);
  const sets = await prepared(preparation, options);
  return { name: config.name, ...sets, source: config.path ?? archive.urls[0] };
}

function downloaded(archive: RemoteFile, options: LoadOptions): Preparation {
  const environment = options.environment ?? process.env;
  const folder = join(cacheDirectory(environment), 'datasets', 'cifar10');
  return {
    directory: join(folder, 'prepared'),
    fingerprint: archive.sha256,
    write: async (target) => {
      const file = join(folder, basename(archive.urls[0]));
      await ensureDownloaded(mirrored(archive, 'cifar10', environment), file, options);
      return writePrepared(await readArchive(file, options), target);
    },
  };
}

/** Sees to it that a given folder or archive is there. */
export async function requireCifar10(path: string, options: LoadOptions): Promise<void> {
  await filesAt(resolve(options.baseDirectory, path));
}

async function filesAt(source: string): Promise<{ isFolder: boolean; stats: Stats[] }> {
  const isFolder = (await statOf(source)).isDirectory();
  const files = isFolder ? allBatchFiles.map((name) => join(source, name)) : [source];
  return { isFolder, stats: await Promise.all(files.map(statOf)) };
}

async function given(path: string, options: LoadOptions): Promise<Preparation> {
  const source = resolve(options.baseDirectory, path);
  const { isFolder, stats } = await filesAt(source);
  const key = textDigest(source).slice(0, 16);
  return {
    directory: join(cacheDirectory(options.environment), 'datasets', 'cifar10', `prepared-${key}`),
    fingerprint: textDigest(JSON.stringify(stats.map(({ size, mtimeMs }) => [size, mtimeMs]))),
    write: async (target) =>
      writePrepared(isFolder ? await readFolder(source) : await readArchive(source, options), target),
  };
}

async function statOf(path: string): Promise<Stats> {
  return stat(path).catch((error: unknown) => {
    throw unopenable(path, error);
  });
}

type Batches = Map<string, Buffer>;

async function readFolder(folder: string): Promise<Batches> {
  const batches: Batches = new Map();
  for (const name of allBatchFiles) {
    const file = join(folder, name);
    const batch = await readFile(file).catch((error: unknown) => {
      throw unopenable(file, error);
    });
    batches.set(name, batch);
  }
  requireBatches(folder, batches);
  return batches;
}

/** Takes the batches out of the archive; nothing in it is written to disk, so that its paths don't matter. */
async function readArchive(file: string, { onProgress, signal }: TaskOptions): Promise<Batches> {
  const batches: Batches = new Map();
  const read = (name: string, chunks: Buffer[]) => {
    batches.set(name, Buffer.concat(chunks));
    const [done, total] = [batches.size * BATCH_BYTES, allBatchFiles.length * BATCH_BYTES];
    onProgress?.({ step: 'read', subject: basename(file), done, total, unit: 'bytes' });
  };
  await list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      const name = basename(entry.path);
      if (!allBatchFiles.includes(name) || entry.size !== BATCH_BYTES) return;
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => {
        read(name, chunks);
      });
    },
  }).catch((error: unknown) => {
    throw corrupt(file, `not a whole tar.gz archive: ${messageOf(error)}`);
  });
  signal?.throwIfAborted();
  requireBatches(file, batches);
  return batches;
}

function requireBatches(source: string, batches: Batches): void {
  for (const name of allBatchFiles) {
    const size = batches.get(name)?.length;
    if (size === undefined) throw corrupt(source, `${name} with ${BATCH_BYTES} bytes is not in it`);
    if (size !== BATCH_BYTES) throw corrupt(join(source, name), `expected ${BATCH_BYTES} bytes, found ${size}`);
  }
}

async function writePrepared(batches: Batches, target: string): Promise<DatasetShape> {
  for (const set of ['train', 'test'] as const) {
    const images = new Uint8Array(batchFiles[set].length * RECORDS_PER_BATCH * PIXELS);
    const labels = new Int32Array(batchFiles[set].length * RECORDS_PER_BATCH);
    batchFiles[set].forEach((name, index) => {
      const first = index * RECORDS_PER_BATCH;
      decodeBatch(name, batches.get(name) ?? Buffer.of(), {
        images: images.subarray(first * PIXELS),
        labels: labels.subarray(first),
      });
    });
    await writeFile(imagesFile(target, set), images, { flush: true });
    await writeFile(labelsFile(target, set), labels, { flush: true });
  }
  return cifar10Shape;
}

function decodeBatch(
  name: string,
  batch: Buffer,
  { images, labels }: { images: Uint8Array; labels: Int32Array },
): void {
  for (let record = 0; record < RECORDS_PER_BATCH; record++) {
    const label = batch[record * RECORD];
    if (label > 9) throw corrupt(name, `record ${record} has label ${label}, expected 0 to 9`);
    labels[record] = label;
    interleave(batch, record * RECORD + 1, images, record * PIXELS);
  }
}

/** Copies one image from three planes (red, green, blue) to pixels of three bytes. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void {
  for (let pixel = 0; pixel < PLANE; pixel++) {
    pixels[to + 3 * pixel] = planes[from + pixel];
    pixels[to + 3 * pixel + 1] = planes[from + PLANE + pixel];
    pixels[to + 3 * pixel + 2] = planes[from + 2 * PLANE + pixel];
  }
}

function unopenable(path: string, error: unknown): UserError {
  return new UserError(`can't open ${path}: ${messageOf(error)}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: 'dataset.path is the folder cifar-10-batches-bin or the archive cifar-10-binary.tar.gz',
    cause: error,
  });
}

function corrupt(source: string, problem: string): UserError {
  return new UserError(`${source}: ${problem}`, {
    code: 'dataset-file-corrupt',
    hint: 'the file is incomplete or damaged, or not CIFAR-10 in its binary version: copy or download it again',
  });
}
