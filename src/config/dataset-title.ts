import { basename, dirname } from 'node:path';
import type { DatasetConfig } from './schema/experiment.generated.js';

/** What a dataset is called in a sentence: its name, or that of its folder or file. */
export function datasetTitle(dataset: DatasetConfig): string {
  switch (dataset.name) {
    case 'image_folder':
      return basename(dataset.path);
    case 'idx':
      // Files of this kind are all called alike.
      return basename(dirname(dataset.train_images));
    case 'table':
      return basename(dataset.path ?? dataset.train ?? dataset.name);
    default:
      return dataset.name;
  }
}
