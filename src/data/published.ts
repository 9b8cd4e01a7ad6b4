import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDirectory } from '../system/cache.js';
import type { LoadOptions } from './dataset.js';
import type { Normalization } from './images/image-column.js';
import { type RemoteFile, ensureDownloaded, mirrored } from './download.js';

/** A dataset that others have made, as it is published. */
export interface Published {
  /** In a few words: `Handwritten digits`. */
  title: string;
  /** How many images there are to train on and to test. */
  train: number;
  test: number;
  /** How many there are to validate, where its makers have set some aside. */
  validation?: number;
  /** How many classes. */
  classes: number;
  /** Rows, columns and channels of an image; none where they differ. */
  shape?: readonly [height: number, width: number, channels: number];
  /** As their makers say it; `not stated` where they don't. */
  licence: string;
  /** What is to be cited. */
  citation: string;
  /** The page that says more. */
  page: string;
  /** What is downloaded; none if it comes with Ablate. */
  files: readonly RemoteFile[];
  /** The folder of the cache, and of a mirror, that it shares with others which are in the same files; else its name. */
  folder?: string;
}

/** What an experiment says of such a dataset. */
export interface PublishedConfig {
  name: string;
  /** Where its files are; null if they are to be downloaded. */
  path: string | null;
  normalization: Normalization;
}

/** The folder of the cache that a published dataset is downloaded into. */
export function publishedFolder(name: string, environment: NodeJS.ProcessEnv | undefined): string {
  return join(cacheDirectory(environment), 'datasets', name);
}

/**
 * Downloads what isn't there of a published dataset.
 * @param name the dataset's, or the folder that it shares with others
 * @returns the paths of its files, in their order
 */
export async function downloadPublished(
  name: string,
  files: readonly RemoteFile[],
  options: LoadOptions,
): Promise<string[]> {
  const environment = options.environment ?? process.env;
  const folder = publishedFolder(name, environment);
  const paths: string[] = [];
  for (const file of files) {
    const path = join(folder, basename(file.urls[0]));
    await ensureDownloaded(mirrored(file, name, environment), path, options);
    paths.push(path);
  }
  return paths;
}

/** Whether all files of a published dataset have been downloaded, by their names and sizes. */
export async function isDownloaded(
  name: string,
  { files, folder: shared = name }: Published,
  environment?: NodeJS.ProcessEnv,
): Promise<boolean> {
  const folder = publishedFolder(shared, environment);
  for (const { urls, bytes } of files) {
    const found = await stat(join(folder, basename(urls[0]))).catch(() => undefined);
    if (found?.size !== bytes) return false;
  }
  return true;
}
