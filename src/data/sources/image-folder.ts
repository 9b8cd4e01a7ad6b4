import { join, resolve } from 'node:path';
import sharp from 'sharp';
import type { ImageFolder } from '../../config/schema/experiment.generated.js';
import { UserError, messageOf } from '../../text/errors.js';
import { cacheDirectory } from '../../system/cache.js';
import type { Dataset, DatasetDescription, LoadOptions } from '../dataset.js';
import { type ImageShape, asColumns, imageColumns } from '../images/image-dataset.js';
import { cacheKey, textDigest } from '../digest.js';
import { decodeFolder, readImageFile } from '../images/folder-decoding.js';
import { DECODER_VERSION, type ImageFormat, decodedSize } from '../images/image-decoding.js';
import { type ImageFiles, listImages } from '../images/image-files.js';
import { SMALLER_SIZE, requirePixels } from '../limits.js';
import { fileStates } from '../tables/file-states.js';
import { colorOf } from '../images/pixels.js';
import { type Preparation, prepared } from '../prepared.js';
import type { DataSource } from './data-source.js';

/** Of this many damaged images one after another, the size that all are to have isn't looked for any further. */
const MOST_DAMAGED = 50;

/**
 * Reads images from a folder per class (see `listImages`). They are decoded once, into the cache, and memory-mapped, so
 * that they may be larger than memory; they are decoded anew when a file, its time or the way of decoding changes.
 */
async function loadImageFolder(config: ImageFolder, options: LoadOptions): Promise<Dataset> {
  const root = resolve(options.baseDirectory, config.path);
  const files = await listImages(root, options.signal);
  const directory = cacheFolder(root, config, options);
  const preparation: Preparation = {
    directory,
    fingerprint: await fingerprint(root, files),
    write: async (target) => {
      const format = await imageFormat(root, config, files);
      const report = `${directory}-undecodable.csv`;
      await decodeFolder({ root, files, format, resize: config.image_size !== null, report }, target, options);
      return { ...sizeOf(format), classes: files.classes, givenValidation: files.validation.length };
    },
  };
  const background = colorOf(config.background);
  const { test, ...dataset } = await prepared(preparation, options);
  const paths = files.test.map(({ path }) => path);
  const named = { name: config.name, source: config.path, background };
  return asColumns({ ...dataset, ...named, test: { ...test, files: paths } }, config);
}

/** What a folder holds, by the names in it and, without `image_size`, its first image. */
async function describeImageFolder(config: ImageFolder, options: LoadOptions): Promise<DatasetDescription> {
  const root = resolve(options.baseDirectory, config.path);
  const files = await listImages(root, options.signal);
  const { classes, train, validation, test, isTestDrawn, passedOver } = files;
  const shape = { ...sizeOf(await imageFormat(root, config, files)), classes };
  const background = colorOf(config.background);
  return {
    ...imageColumns({ ...shape, background }, config),
    hasValidation: validation.length > 0,
    folder: { train: train.length, validation: validation.length, test: test.length, isTestDrawn, passedOver },
  };
}

export const imageFolder: DataSource<ImageFolder> = { load: loadImageFolder, describe: describeImageFolder };

function sizeOf({ height, width, channels }: ImageFormat): Omit<ImageShape, 'classes'> {
  return { height, width, channels };
}

async function imageFormat(root: string, config: ImageFolder, { first, train }: ImageFiles): Promise<ImageFormat> {
  const channels = config.color_mode === 'rgb' ? 3 : 1;
  const candidates = [first, ...train.slice(0, MOST_DAMAGED).map(({ path }) => path)];
  const { height, width } = await imageSize(config, root, candidates);
  requirePixels({ height, width }, 'dataset.image_size:', SMALLER_SIZE);
  return { height, width, channels, background: colorOf(config.background) };
}

/**
 * The size that all images are to have: unless they are resized, that of the first which can be read; those before it are
 * named with all other damaged ones, when the images are decoded.
 */
async function imageSize(
  { image_size: size }: Pick<ImageFolder, 'image_size'>,
  root: string,
  [path, ...others]: string[],
): Promise<{ height: number; width: number }> {
  if (typeof size === 'number') return { height: size, width: size };
  if (size !== null) return { height: size[0], width: size[1] };
  const file = join(root, path);
  try {
    return await decodedSize(await readImageFile(file));
  } catch (error) {
    if (others.length > 0) return imageSize({ image_size: size }, root, others);
    throw new UserError(`${file}, whose size all images are to have, can't be read: ${messageOf(error)}`, {
      code: 'image-undecodable',
      hint: 'repair or remove it, or set dataset.image_size',
    });
  }
}

/** One folder of the cache for each way of decoding a folder, so that a changed one replaces what it was before. */
function cacheFolder(root: string, config: ImageFolder, { environment }: LoadOptions): string {
  const { image_size, color_mode, background } = config;
  const key = cacheKey([root, image_size, color_mode, background]);
  return join(cacheDirectory(environment), 'datasets', 'image_folder', key);
}

/** Changes when a file comes, goes, or has another size or time, and with the version of the decoder. */
async function fingerprint(root: string, { classes, train, validation, test }: ImageFiles): Promise<string> {
  const files = [...train, ...validation, ...test];
  // One may have gone since the folder was listed.
  const states = await fileStates(
    files.map(({ path }) => join(root, path)),
    'image',
    'leave the folder as it is while it is read',
  );
  const described = files.map(({ path, label }, index) => [path, label, ...states[index]]);
  return textDigest(
    JSON.stringify([sharp.versions, DECODER_VERSION, classes, train.length, validation.length, described]),
  );
}
