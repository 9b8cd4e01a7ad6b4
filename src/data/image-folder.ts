import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import type { ImageFolder } from '../config/experiment.js';
import { UserError, messageOf } from '../errors.js';
import { cacheDirectory } from '../cache.js';
import { forEachConcurrently } from './concurrently.js';
import type { Dataset, DatasetShape, LoadOptions } from './dataset.js';
import { textDigest } from './digest.js';
import { decodeFolder, readImageFile } from './folder-decoding.js';
import { type ImageFormat, decodedSize } from './image-decoding.js';
import { type ImageFiles, firstImage, listImages } from './image-files.js';
import { type Preparation, prepared } from './prepared.js';

/** Enough to keep a disk busy. */
const CONCURRENT_STATS = 16;

/**
 * Reads images from a folder per class (see `listImages`). They are decoded once, into the cache, and memory-mapped, so
 * that they may be larger than memory; they are decoded anew when a file, its time or the way of decoding changes.
 */
export async function loadImageFolder(config: ImageFolder, options: LoadOptions): Promise<Dataset> {
  const root = resolve(options.baseDirectory, config.path);
  const files = await listImages(root);
  const preparation: Preparation = {
    directory: cacheFolder(root, config, options),
    fingerprint: await fingerprint(root, files),
    write: async (target) => {
      const format = await imageFormat(root, config);
      await decodeFolder({ root, files, format, resize: config.image_size !== null }, target, options);
      return { ...format, classes: files.classes };
    },
  };
  return { name: config.name, ...(await prepared(preparation, options)), source: config.path };
}

/** The shape of a folder's images, from the names of its classes and, without `image_size`, its first image. */
export async function imageFolderShape(config: ImageFolder, options: LoadOptions): Promise<DatasetShape> {
  const root = resolve(options.baseDirectory, config.path);
  const { classes } = await firstImage(root);
  return { ...(await imageFormat(root, config)), classes };
}

async function imageFormat(root: string, { image_size: size, color_mode }: ImageFolder): Promise<ImageFormat> {
  const channels = color_mode === 'rgb' ? 3 : 1;
  if (typeof size === 'number') return { height: size, width: size, channels };
  if (size !== null) return { height: size[0], width: size[1], channels };
  const first = join(root, (await firstImage(root)).path);
  try {
    return { ...(await decodedSize(await readImageFile(first))), channels };
  } catch (error) {
    throw new UserError(`${first}, whose size all images are to have, can't be read: ${messageOf(error)}`, {
      code: 'image-undecodable',
      hint: 'repair or remove it, or set dataset.image_size',
    });
  }
}

/** One folder of the cache for each way of decoding a folder, so that a changed one replaces what it was before. */
function cacheFolder(root: string, { image_size, color_mode }: ImageFolder, { environment }: LoadOptions): string {
  const key = textDigest(JSON.stringify([root, image_size, color_mode])).slice(0, 16);
  return join(cacheDirectory(environment), 'datasets', 'image_folder', key);
}

/** Changes when a file comes, goes, or has another size or time, and with the version of the decoder. */
async function fingerprint(root: string, { classes, train, test }: ImageFiles): Promise<string> {
  const files = [...train, ...test];
  const described: unknown[] = [];
  await forEachConcurrently(files, CONCURRENT_STATS, async ({ path, label }, index) => {
    const { size, mtimeMs } = await stat(join(root, path));
    described[index] = [path, label, size, mtimeMs];
  });
  return textDigest(JSON.stringify([sharp.versions, classes, train.length, described]));
}
