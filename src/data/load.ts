import type { DatasetConfig } from '../config/experiment.js';
import type { Dataset, DatasetShape, LoadOptions } from './dataset.js';

/**
 * Reads the data set that an experiment file names; downloads, decodes and caches it first where that is needed.
 * @throws UserError `dataset-file-missing`, `dataset-file-corrupt`, `dataset-invalid`, `dataset-too-large`,
 *   `download-failed`, `image-undecodable`, `image-size-differs`, `cache-not-writable`; the signal's reason if aborted
 */
export async function loadDataset(config: DatasetConfig, options: LoadOptions): Promise<Dataset> {
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

/** What `loadDataset` would give, found without downloading anything or reading the pixels. */
export async function datasetShape(config: DatasetConfig, options: LoadOptions): Promise<DatasetShape> {
  switch (config.name) {
    case 'mnist':
      return (await import('./mnist.js')).mnistShape;
    case 'fashion_mnist':
      return (await import('./fashion-mnist.js')).fashionMnistShape;
    case 'cifar10':
      return (await import('./cifar10.js')).cifar10Shape;
    case 'idx':
      return (await import('./idx-files.js')).idxShape(config, options);
    case 'image_folder':
      return (await import('./image-folder.js')).imageFolderShape(config, options);
  }
}
