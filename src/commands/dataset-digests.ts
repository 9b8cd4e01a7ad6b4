import type { DatasetConfig, Experiment } from '../config/experiment.js';
import type { RunProgress } from '../run-events.js';
import { loadDatasetOf } from '../run-dataset.js';

/** Reads the data that experiments train on, each data set once, and keeps what tells it from others. */
export class DatasetDigests {
  readonly #source: string;
  readonly #onProgress: (progress: RunProgress) => void;
  readonly #known = new Map<string, Promise<{ digest: string; bytes: number }>>();

  /** @param source the experiment file */
  constructor(source: string, onProgress: (progress: RunProgress) => void) {
    this.#source = source;
    this.#onProgress = onProgress;
  }

  /** @throws as `loadDataset` */
  async digestOf(config: Experiment): Promise<string> {
    return (await this.#read(config)).digest;
  }

  /** Bytes of the images, which each worker holds. @throws as `loadDataset` */
  async bytesOf(config: Experiment): Promise<number> {
    return KNOWN_BYTES[config.dataset.name] ?? (await this.#read(config)).bytes;
  }

  #read(config: Experiment): Promise<{ digest: string; bytes: number }> {
    const key = JSON.stringify(config.dataset);
    const known = this.#known.get(key) ?? this.#load(config);
    this.#known.set(key, known);
    return known;
  }

  async #load(config: Experiment): Promise<{ digest: string; bytes: number }> {
    const location = { config, source: this.#source };
    const { digest, train, test } = await loadDatasetOf(location, { onProgress: this.#onProgress });
    return { digest, bytes: train.images.byteLength + test.images.byteLength };
  }
}

/** Of data sets that needn't be read to know it. */
const KNOWN_BYTES: Partial<Record<DatasetConfig['name'], number>> = {
  mnist: 70_000 * 28 * 28,
  fashion_mnist: 70_000 * 28 * 28,
  cifar10: 60_000 * 32 * 32 * 3,
};
