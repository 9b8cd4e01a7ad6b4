import { resolve } from 'node:path';
import type { DatasetConfig } from '../config/experiment.js';
import type { Dataset, DatasetShape, LoadOptions } from './dataset.js';

/**
 * Reads the data set that an experiment file names; downloads, decodes and caches it first where that is needed.
 * @throws UserError `dataset-file-missing`, `dataset-file-corrupt`, `dataset-invalid`, `dataset-too-large`,
 *   `dataset-class-unknown`, `download-failed`, `image-undecodable`, `image-size-differs`, `cache-not-writable`; the signal's reason if aborted
 */
export async function loadDataset(config: DatasetConfig, options: LoadOptions): Promise<Dataset> {
  const dataset = await loadWhole(config, options);
  if (config.classes === null) return dataset;
  return (await import('./class-selection.js')).selectClasses(dataset, config.classes);
}

async function loadWhole(config: DatasetConfig, options: LoadOptions): Promise<Dataset> {
  switch (config.name) {
    case 'mnist':
      return (await import('./mnist.js')).loadMnist(config, options);
    case 'fashion_mnist':
      return (await import('./fashion-mnist.js')).loadFashionMnist(config, options);
    case 'cifar10':
      return (await import('./cifar10.js')).loadCifar10(config, options);
    case 'idx':
      return (await import('./idx-files.js')).loadIdx(config, options);
    case 'image_folder':
      return (await import('./image-folder.js')).loadImageFolder(config, options);
  }
}

/**
 * What `loadDataset` would give, found without downloading anything or reading the pixels.
 * @throws UserError for files that aren't there, or of which the first bytes show that they are others
 */
export async function datasetShape(config: DatasetConfig, options: LoadOptions): Promise<DatasetShape> {
  const shape = await wholeShape(config, options);
  if (config.classes === null) return shape;
  (await import('./class-selection.js')).requireClasses(shape.classes, config.classes);
  return { ...shape, classes: config.classes };
}

async function wholeShape(config: DatasetConfig, options: LoadOptions): Promise<DatasetShape> {
  switch (config.name) {
    case 'mnist':
      return givenIdxShape(config.path, (await import('./mnist.js')).mnistShape, options);
    case 'fashion_mnist':
      return givenIdxShape(config.path, (await import('./fashion-mnist.js')).fashionMnistShape, options);
    case 'cifar10': {
      const { cifar10Shape, requireCifar10 } = await import('./cifar10.js');
      if (config.path !== null) await requireCifar10(config.path, options);
      return cifar10Shape;
    }
    case 'idx':
      return (await import('./idx-files.js')).idxShape(config, options);
    case 'image_folder':
      return (await import('./image-folder.js')).imageFolderShape(config, options);
  }
}

async function givenIdxShape(path: string | null, shape: DatasetShape, options: LoadOptions): Promise<DatasetShape> {
  if (path === null) return shape;
  const { publishedNames, requireKnownIdxFiles } = await import('./idx-files.js');
  await requireKnownIdxFiles(publishedNames(resolve(options.baseDirectory, path)), shape);
  return shape;
}
