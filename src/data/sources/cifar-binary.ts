import type { Stats } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { list } from 'tar';
import { UserError, messageOf } from '../../text/errors.js';
import { readRegularFile } from '../../system/regular-file.js';
import type { Dataset, LoadOptions, TaskOptions } from '../dataset.js';
import { type ImageShape, asColumns, imageColumns } from '../images/image-dataset.js';
import { textDigest } from '../digest.js';
import type { DataSource } from './data-source.js';
import { type RemoteFile, checksumOf } from '../download.js';
import { type Published, type PublishedConfig, downloadPublished, publishedFolder } from '../published.js';
import { type Preparation, imagesFile, labelsFile, prepared } from '../prepared.js';

/** The binary version of a CIFAR dataset. */
export interface CifarVersion {
  archive: RemoteFile;
  /** The folder in the archive. */
  folder: string;
  /** What lies in it, with the number of images in each. */
  files: Record<'train' | 'test', { name: string; records: number }[]>;
  /** How many labels, of a byte each, an image has; the last is its class. */
  labelBytes: number;
  /** In the order of their labels. */
  classes: readonly string[];
}

const PLANE = 32 * 32;
const PIXELS = 3 * PLANE;

/** A CIFAR dataset that is downloaded when it is first used. */
export function publishedCifar<Config extends PublishedConfig>(
  version: CifarVersion,
  about: Omit<Published, 'train' | 'test' | 'classes' | 'shape' | 'files'>,
): DataSource<Config> & { published: Published } {
  const { files, classes, archive } = version;
  const count = (set: 'train' | 'test'): number => files[set].reduce((sum, { records }) => sum + records, 0);
  const numbers = { train: count('train'), test: count('test'), classes: classes.length };
  return {
    load: (config, options) => loadCifar(config, version, options),
    describe: async (config, options) => {
      if (config.path !== null) await filesAt(resolve(options.baseDirectory, config.path), version);
      return { ...imageColumns(shapeOf(version), config), hasValidation: false };
    },
    published: { ...about, ...numbers, shape: [32, 32, 3], files: [archive] },
  };
}

function shapeOf({ classes }: CifarVersion): ImageShape {
  return { height: 32, width: 32, channels: 3, classes };
}

/**
 * Reads a CIFAR dataset from a folder with its binary version's files, from its archive, or from the cache, downloading
 * what isn't there. Its images are rearranged once, into the cache, and memory-mapped.
 * @param version what to download and to expect: other files in tests
 */
export async function loadCifar(
  config: PublishedConfig,
  version: CifarVersion,
  options: LoadOptions,
): Promise<Dataset> {
  const { name, path } = config;
  const preparation = path === null ? downloaded(name, version, options) : await given(name, path, version, options);
  const sets = await prepared(preparation, options);
  return asColumns({ name, ...sets, source: path ?? version.archive.urls[0] }, config);
}

function downloaded(name: string, version: CifarVersion, options: LoadOptions): Preparation {
  return {
    directory: join(publishedFolder(name, options.environment), 'prepared'),
    fingerprint: checksumOf(version.archive).expected,
    write: async (target) => {
      const [file] = await downloadPublished(name, [version.archive], options);
      return writePrepared(version, await readArchive(file, version, options), target);
    },
  };
}

async function filesAt(source: string, version: CifarVersion): Promise<{ isFolder: boolean; stats: Stats[] }> {
  const isFolder = (await statOf(source, version)).isDirectory();
  const files = isFolder ? allFiles(version).map(({ name }) => join(source, name)) : [source];
  return { isFolder, stats: await Promise.all(files.map((file) => statOfFile(file, version))) };
}

async function given(name: string, path: string, version: CifarVersion, options: LoadOptions): Promise<Preparation> {
  const source = resolve(options.baseDirectory, path);
  const { isFolder, stats } = await filesAt(source, version);
  const key = textDigest(source).slice(0, 16);
  const read = () => (isFolder ? readFolder(source, version) : readArchive(source, version, options));
  return {
    directory: join(publishedFolder(name, options.environment), `prepared-${key}`),
    fingerprint: textDigest(JSON.stringify(stats.map(({ size, mtimeMs }) => [size, mtimeMs]))),
    write: async (target) => writePrepared(version, await read(), target),
  };
}

async function statOf(path: string, version: CifarVersion): Promise<Stats> {
  return stat(path).catch((error: unknown) => {
    throw unopenable(path, version, error);
  });
}

/** The reader of archives opens its file by itself: a pipe or a device is refused before. */
async function statOfFile(path: string, version: CifarVersion): Promise<Stats> {
  const stats = await statOf(path, version);
  if (!stats.isFile()) throw unopenable(path, version, new Error('not a regular file'));
  return stats;
}

function allFiles({ files, labelBytes }: CifarVersion): { name: string; bytes: number }[] {
  return [...files.train, ...files.test].map(({ name, records }) => ({ name, bytes: records * (labelBytes + PIXELS) }));
}

type Contents = Map<string, Buffer>;

async function readFolder(folder: string, version: CifarVersion): Promise<Contents> {
  const contents: Contents = new Map();
  for (const { name, bytes } of allFiles(version)) {
    const file = join(folder, name);
    const content = await readRegularFile(file, bytes + 1).catch((error: unknown) => {
      throw unopenable(file, version, error);
    });
    contents.set(name, content);
  }
  requireFiles(folder, version, contents);
  return contents;
}

/** Takes the files out of the archive; nothing in it is written to disk, so that its paths don't matter. */
async function readArchive(
  file: string,
  version: CifarVersion,
  { onProgress, signal }: TaskOptions,
): Promise<Contents> {
  const contents: Contents = new Map();
  const sizes = new Map(allFiles(version).map(({ name, bytes }) => [name, bytes]));
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  let done = 0;
  const read = (name: string, chunks: Buffer[]): void => {
    const content = Buffer.concat(chunks);
    contents.set(name, content);
    done += content.length;
    onProgress?.({ step: 'read', subject: basename(file), done, total, unit: 'bytes' });
  };
  await list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      const name = basename(entry.path);
      if (sizes.get(name) !== entry.size) return;
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
  requireFiles(file, version, contents);
  return contents;
}

function requireFiles(source: string, version: CifarVersion, contents: Contents): void {
  for (const { name, bytes } of allFiles(version)) {
    const size = contents.get(name)?.length;
    if (size === undefined) throw corrupt(source, `${name} with ${bytes} bytes is not in it`);
    if (size !== bytes) throw corrupt(join(source, name), `expected ${bytes} bytes, found ${size}`);
  }
}

async function writePrepared(version: CifarVersion, contents: Contents, target: string): Promise<ImageShape> {
  for (const set of ['train', 'test'] as const) {
    const count = version.files[set].reduce((sum, { records }) => sum + records, 0);
    const images = new Uint8Array(count * PIXELS);
    const labels = new Int32Array(count);
    let first = 0;
    for (const { name, records } of version.files[set]) {
      const into = { images: images.subarray(first * PIXELS), labels: labels.subarray(first) };
      decode({ name, records, bytes: contents.get(name) ?? Buffer.of() }, version, into);
      first += records;
    }
    await writeFile(imagesFile(target, set), images, { flush: true });
    await writeFile(labelsFile(target, set), labels, { flush: true });
  }
  return shapeOf(version);
}

/** Each record is its labels, then the red, the green and the blue plane, each row by row. */
function decode(
  { name, records, bytes }: { name: string; records: number; bytes: Buffer },
  { labelBytes, classes }: CifarVersion,
  { images, labels }: { images: Uint8Array; labels: Int32Array },
): void {
  for (let record = 0; record < records; record++) {
    const start = record * (labelBytes + PIXELS);
    const label = bytes[start + labelBytes - 1];
    if (label >= classes.length)
      throw corrupt(name, `record ${record} has label ${label}, expected 0 to ${classes.length - 1}`);
    labels[record] = label;
    interleave(bytes, start + labelBytes, images, record * PIXELS);
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

function unopenable(path: string, { folder, archive }: CifarVersion, error: unknown): UserError {
  return new UserError(`can't open ${path}: ${messageOf(error)}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: `dataset.path is the folder ${folder} or the archive ${basename(archive.urls[0])}`,
    cause: error,
  });
}

function corrupt(source: string, problem: string): UserError {
  return new UserError(`${source}: ${problem}`, {
    code: 'dataset-file-corrupt',
    hint: 'the file is incomplete or damaged, or not CIFAR in its binary version: copy or download it again',
  });
}
