import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError, messageOf } from '../../text/errors.js';
import { listed } from '../../text/words.js';
import type { Dataset, LoadOptions } from '../dataset.js';
import { cacheKey, textDigest } from '../digest.js';
import { checksumOf } from '../download.js';
import { requireSpace } from '../images/folder-decoding.js';
import { type ImageShape, asColumns, imageColumns } from '../images/image-dataset.js';
import { type Preparation, prepared } from '../prepared.js';
import { type Published, type PublishedConfig, downloadPublished, publishedFolder } from '../published.js';
import { type SetName, SetWriter } from '../set-writer.js';
import type { DataSource } from './data-source.js';

/** How the files of a published dataset become its images. */
export interface PublishedForm<Config> {
  published: Published;
  /** Of its images, in the size that is asked for. */
  shape: (config: Config) => ImageShape;
  /** Changes with every change of what `read` makes of the same files. */
  version: string;
  /** Reads the files, in the order of `published.files`, and adds all their images. */
  read: (files: readonly string[], into: Reading, options: LoadOptions) => Promise<void>;
}

/** Where the images of a published dataset go. */
export interface Reading {
  sets: SetWriter;
  shape: ImageShape;
  /** A file that may name all images that are no good. */
  report: string;
}

/** A dataset that has such files. */
export interface PublishedSource<Config> extends DataSource<Config> {
  published: Published;
  form: PublishedForm<Config>;
}

/** A dataset whose files are downloaded when it is first used, read once into the cache, and memory-mapped from there. */
export function publishedFiles<Config extends PublishedConfig>(form: PublishedForm<Config>): PublishedSource<Config> {
  const { published, shape } = form;
  return {
    load: (config, options) => loadPublishedFiles(config, form, options),
    describe: async (config, options) => {
      if (config.path !== null) await givenFiles(published, resolve(options.baseDirectory, config.path));
      return { ...imageColumns(shape(config), config), hasValidation: published.validation !== undefined };
    },
    published,
    form,
  };
}

/** Reads such a dataset from given files, or from the cache, downloading what isn't there. @param form of other files in tests */
export async function loadPublishedFiles<Config extends PublishedConfig>(
  config: Config,
  form: PublishedForm<Config>,
  options: LoadOptions,
): Promise<Dataset> {
  const sets = await prepared(await preparationOf(config, form, options), options);
  return asColumns({ name: config.name, ...sets, source: config.path ?? form.published.files[0].urls[0] }, config);
}

async function preparationOf<Config extends PublishedConfig>(
  config: Config,
  form: PublishedForm<Config>,
  options: LoadOptions,
): Promise<Preparation> {
  const { published, version } = form;
  const shape = form.shape(config);
  const source = config.path === null ? null : resolve(options.baseDirectory, config.path);
  const given = source === null ? undefined : await givenFiles(published, source);
  const identity = given?.states ?? published.files.map((file) => checksumOf(file).expected);
  const key = cacheKey([source, shape.height, shape.width]);
  const directory = join(publishedFolder(config.name, options.environment), `prepared-${key}`);
  return {
    directory,
    fingerprint: textDigest(JSON.stringify([version, identity])),
    write: async (target) => {
      const files = given?.files ?? (await downloaded(config.name, published, options));
      const { train, validation = 0, test } = published;
      await requireSpace(shape, train + validation + test, target);
      const report = `${directory}-undecodable.csv`;
      const counts = { train, validation, test };
      const found = await SetWriter.write(target, counts, (sets) => form.read(files, { sets, shape, report }, options));
      requireCounts(files, counts, found);
      return { ...shape, ...(found.validation > 0 ? { givenValidation: found.validation } : {}) };
    },
  };
}

async function downloaded(name: string, { files, folder = name }: Published, options: LoadOptions): Promise<string[]> {
  return downloadPublished(folder, files, options);
}

/** The files of a copy, and what changes when one of them does. */
async function givenFiles({ files }: Published, source: string): Promise<{ files: string[]; states: unknown[] }> {
  const names = files.map(({ urls }) => basename(urls[0]));
  const fail = (path: string) => (error: unknown) => {
    throw unopenable(path, names, error);
  };
  const isFolder = (await stat(source).catch(fail(source))).isDirectory();
  if (!isFolder && names.length > 1) return fail(source)(new Error('not a folder'));
  const paths = isFolder ? names.map((name) => join(source, name)) : [source];
  const states: unknown[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(fail(path));
    // A pipe or a device would be waited for.
    if (!found.isFile()) return fail(path)(new Error('not a regular file'));
    states.push([found.size, found.mtimeMs]);
  }
  return { files: paths, states };
}

function unopenable(path: string, names: readonly string[], error: unknown): UserError {
  const folder = `the folder with ${listed(names)}`;
  return new UserError(`can't open ${path}: ${messageOf(error)}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: `dataset.path is ${folder}${names.length === 1 ? ', or that file' : ''}, as they were published`,
    cause: error,
  });
}

type Counts = Record<SetName, number>;

function requireCounts(files: readonly string[], expected: Counts, found: Counts): void {
  for (const set of ['train', 'validation', 'test'] as const) {
    if (found[set] !== expected[set])
      throw damagedPublished(listed(files), `expected ${expected[set]} images (${set}), found ${found[set]}`);
  }
}

/** A file that isn't what was published, where its checksum was not compared. */
export function damagedPublished(file: string, problem: string, cause?: unknown): UserError {
  return new UserError(`${file}: ${problem}`, {
    code: 'dataset-file-corrupt',
    hint: 'the file is incomplete or damaged, or not the published one: copy or download it again',
    cause,
  });
}
