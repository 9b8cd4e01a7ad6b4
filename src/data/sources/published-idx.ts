import { dirname, resolve } from 'node:path';
import type { Dataset, LoadOptions } from '../dataset.js';
import type { RemoteFile } from '../download.js';
import { type ImageShape, asColumns } from '../images/image-dataset.js';
import { type Published, type PublishedConfig, downloadPublished } from '../published.js';
import type { DataSource } from './data-source.js';
import { describeKnownIdx, publishedNames, readKnownIdxFiles } from './idx.js';

/** Size and SHA-256 of the four files. */
type Checksums = Record<
  'train-images' | 'train-labels' | 't10k-images' | 't10k-labels',
  [bytes: number, sha256: string]
>;

/** The four compressed files of MNIST and its like, in folders of the web. */
export function idxFiles(folders: readonly string[], checksums: Checksums): RemoteFile[] {
  return Object.entries(checksums).map(([name, [bytes, sha256]]) => {
    const file = `${name}-${name.endsWith('images') ? 'idx3' : 'idx1'}-ubyte.gz`;
    return { urls: folders.map((folder) => `${folder}/${file}`), bytes, sha256 };
  });
}

/** A dataset in MNIST's format that is downloaded when it is first used. */
export function publishedIdx<Config extends PublishedConfig>(
  published: Published,
  classes: readonly string[],
): DataSource<Config> & { published: Published } {
  const [height, width, channels] = published.shape ?? [28, 28, 1];
  const shape: ImageShape = { height, width, channels, classes };
  return {
    load: (config, options) => loadPublishedIdx(config, shape, published.files, options),
    describe: (config, options) => describeKnownIdx(config, shape, options),
    published,
  };
}

/**
 * Reads such a dataset from a folder with its four files, or from the cache, downloading what isn't there.
 * @param files what to download: other files in tests
 */
export async function loadPublishedIdx(
  config: PublishedConfig,
  shape: ImageShape,
  files: readonly RemoteFile[],
  options: LoadOptions,
): Promise<Dataset> {
  const folder =
    config.path === null
      ? dirname((await downloadPublished(config.name, files, options))[0])
      : resolve(options.baseDirectory, config.path);
  const sets = await readKnownIdxFiles(publishedNames(folder), shape, options);
  const source = config.path ?? files[0].urls[0];
  return asColumns({ name: config.name, ...shape, ...sets, source }, config);
}
