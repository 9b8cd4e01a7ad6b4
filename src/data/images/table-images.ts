import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { cacheDirectory } from '../../cache.js';
import { forEachConcurrently } from '../../concurrently.js';
import { UserError, messageOf } from '../../errors.js';
import type { ReadValues } from '../columns/cells.js';
import type { LoadOptions } from '../dataset.js';
import { textDigest } from '../digest.js';
import { prepared } from '../prepared.js';
import { decodeFolder } from './folder-decoding.js';
import { DECODER_VERSION } from './image-decoding.js';
import type { Color } from './pixels.js';

/** Enough to keep a disk busy. */
const CONCURRENT_STATS = 16;

/** What the images become. */
interface Format {
  /** [height, width, channels] */
  shape: readonly [number, number, number];
  background: Color;
}

/**
 * The images that a table's column names: decoded once, into the cache, and memory-mapped; anew when a file, its time or the
 * way of decoding changes.
 * @param paths absolute, of each set's rows
 * @throws UserError `dataset-file-missing`, `image-undecodable`, `cache-not-writable`
 */
export async function openImages(
  paths: { train: string[]; test: string[] },
  format: Format,
  options: LoadOptions,
): Promise<ReadValues> {
  const key = textDigest(JSON.stringify([paths, format])).slice(0, 16);
  const directory = join(cacheDirectory(options.environment), 'datasets', 'table', key);
  const [height, width, channels] = format.shape;
  const size = { height, width, channels };
  const { train, test } = await prepared(
    {
      directory,
      fingerprint: await fingerprint([...paths.train, ...paths.test]),
      write: async (target) => {
        const unlabelled = (set: string[]) => set.map((path) => ({ path, label: 0 }));
        const files = { train: unlabelled(paths.train), validation: [], test: unlabelled(paths.test) };
        const report = `${directory}-undecodable.csv`;
        const decoding = { root: '', files, format: { ...size, background: format.background }, resize: true, report };
        await decodeFolder(decoding, target, options);
        return { ...size, classes: [] };
      },
    },
    options,
  );
  const prefetch = train.prefetch && test.prefetch && { train: train.prefetch, test: test.prefetch };
  return { train: train.images, test: test.images, prefetch };
}

async function fingerprint(paths: readonly string[]): Promise<string> {
  const described: unknown[] = [];
  await forEachConcurrently(paths, CONCURRENT_STATS, async (path, index) => {
    const { size, mtimeMs } = await statImage(path);
    described[index] = [size, mtimeMs];
  });
  return textDigest(JSON.stringify([sharp.versions, DECODER_VERSION, described]));
}

async function statImage(file: string): Promise<{ size: number; mtimeMs: number }> {
  try {
    return await stat(file);
  } catch (error) {
    throw new UserError(`can't read the image ${file}: ${messageOf(error)}`, {
      code: 'dataset-file-missing',
      hint: "names of files in a table start from the table's folder",
      cause: error,
    });
  }
}
