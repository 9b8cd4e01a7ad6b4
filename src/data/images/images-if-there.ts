import type { DatasetConfig } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../text/errors.js';
import type { TaskOptions } from '../dataset.js';
import { loadDataset } from '../load.js';
import { asImages, type ImageDataset } from './image-dataset.js';

/** The data that something was told of. */
export interface ToldData extends Pick<TaskOptions, 'onProgress'> {
  config: DatasetConfig;
  baseDirectory: string;
  /** Absent where it isn't known. */
  digest?: string;
}

/** The images of data that a model was tested on; null where they aren't images, are gone or have changed. */
export async function imagesIfThere({ config, digest, ...options }: ToldData): Promise<ImageDataset | null> {
  try {
    const dataset = asImages(await loadDataset(config, options), 'a picture of errors');
    return digest === undefined || dataset.digest === digest ? dataset : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
