import type { Published } from '../published.js';
import type { Dataset, DatasetDescription, LoadOptions } from '../dataset.js';

/** One kind of dataset: `dataset.name` of an experiment says which. */
export interface DataSource<Config> {
  /** Reads it; downloads, decodes and caches it first where that is needed. */
  load(config: Config, options: LoadOptions): Promise<Dataset>;
  /**
   * What `load` would give, found without downloading anything or reading the pixels.
   * @throws UserError for files that aren't there, or of which the first bytes show that they are others
   */
  describe(config: Config, options: LoadOptions): Promise<DatasetDescription>;
  /** Of a dataset that someone has published under this name. */
  published?: Published;
}
