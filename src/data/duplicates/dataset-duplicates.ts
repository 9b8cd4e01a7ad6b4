import { resolve } from 'node:path';
import type { DatasetConfig } from '../../config/schema/experiment.generated.js';
import type { LoadOptions, Rows } from '../dataset.js';
import { type ImageDataset, asImages, isImages } from '../images/image-dataset.js';
import { listImages } from '../images/image-files.js';
import { loadDataset } from '../load.js';
import { type DuplicatePair, type Images, findDuplicates } from './image-duplicates.js';

/** A test image and the training image that it is, or looks like. */
export interface NamedPair {
  /** The file, from the dataset's folder, or `test image 17`. */
  test: string;
  /** Likewise: `training image 4`. Images that validate are a part of those. */
  train: string;
  /** Their classes, where these differ. */
  classes?: [test: string, train: string];
}

/** Which test images a model may have seen. */
export interface DatasetDuplicates {
  /** How many test images there are. */
  tests: number;
  /** Pixel by pixel. */
  exact: NamedPair[];
  /** By their perceptual hash. */
  near: NamedPair[];
}

/**
 * Finds the test images of a dataset that are among its training images, or look like one of them.
 * @returns undefined for a dataset that isn't of images and their classes
 * @throws UserError as `loadDataset`
 */
export async function datasetDuplicates(
  config: DatasetConfig,
  options: LoadOptions,
): Promise<DatasetDuplicates | undefined> {
  // All classes: positions are then those of the files.
  const dataset = await loadDataset({ ...config, classes: null }, options);
  const { train, test } = dataset;
  if (!isImages(dataset)) return undefined;
  const images = asImages(dataset, 'a look for duplicates');
  const { exact, near } = await findDuplicates(imagesOf(images, 'train'), imagesOf(images, 'test'), options);
  const names = await trainingFiles(config, options);
  const chosen = config.classes && new Set(config.classes.map((name) => name.normalize()));
  const classOf = (rows: Rows, row: number): string => dataset.target.classes[rows.target[row]].normalize();
  const isChosen = ({ test: one, train: other }: DuplicatePair): boolean =>
    !chosen || (chosen.has(classOf(test, one)) && chosen.has(classOf(train, other)));
  const named = (pair: DuplicatePair): NamedPair => {
    const classes: [string, string] = [classOf(test, pair.test), classOf(train, pair.train)];
    const pairNames = {
      test: test.files?.[pair.test] ?? `test image ${pair.test}`,
      train: names?.[pair.train] ?? `training image ${pair.train}`,
    };
    return classes[0] === classes[1] ? pairNames : { ...pairNames, classes };
  };
  const tests = Array.from(test.target.keys()).filter((row) => !chosen || chosen.has(classOf(test, row))).length;
  return { tests, exact: exact.filter(isChosen).map(named), near: near.filter(isChosen).map(named) };
}

type Sets = Omit<ImageDataset, 'name' | 'digest' | 'source'>;

function imagesOf({ height, width, channels, ...sets }: Sets, set: 'train' | 'test'): Images {
  const { images: pixels, labels } = sets[set];
  return { count: labels.length, pixels, shape: [height, width, channels] };
}

/** The files of the training images in their order, those that validate last, where each is a file. */
async function trainingFiles(config: DatasetConfig, options: LoadOptions): Promise<string[] | undefined> {
  if (config.name !== 'image_folder') return undefined;
  const { train, validation } = await listImages(resolve(options.baseDirectory, config.path), options.signal);
  return [...train, ...validation].map(({ path }) => path);
}
