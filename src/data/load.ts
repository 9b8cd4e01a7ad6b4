import type { DatasetConfig } from '../config/schema/experiment.generated.js';
import type { Dataset, DatasetDescription, LoadOptions } from './dataset.js';
import type { DataSource } from './sources/data-source.js';
import { dataSources } from './sources/sources.generated.js';

/**
 * Reads the dataset that an experiment file names; downloads, decodes and caches it first where that is needed.
 * @throws UserError `dataset-file-missing`, `dataset-file-corrupt`, `dataset-invalid`, `dataset-too-large`,
 *   `dataset-class-unknown`, `download-failed`, `image-undecodable`, `image-size-differs`, `cache-not-writable`; the signal's reason if aborted
 */
export async function loadDataset(config: DatasetConfig, options: LoadOptions): Promise<Dataset> {
  const dataset = await (await sourceOf(config)).load(config, options);
  if (config.classes === null) return dataset;
  return (await import('./class-selection.js')).selectClasses(dataset, config.classes);
}

/**
 * What `loadDataset` would give, found without downloading anything or reading the pixels.
 * @throws UserError for files that aren't there, or of which the first bytes show that they are others
 */
export async function datasetShape(config: DatasetConfig, options: LoadOptions): Promise<DatasetDescription> {
  const shape = await (await sourceOf(config)).describe(config, options);
  if (config.classes === null) return shape;
  (await import('./class-selection.js')).requireClasses(shape.target.classes, config.classes);
  const { classes } = config;
  return {
    ...shape,
    target: { ...shape.target, classes },
    emptyClasses: shape.emptyClasses?.filter((name) => classes.includes(name)),
  };
}

/** Loaded when it is asked for: each brings decoders and archives with it. */
async function sourceOf({ name }: DatasetConfig): Promise<DataSource<DatasetConfig>> {
  return dataSources[name]();
}
