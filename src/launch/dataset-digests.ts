import type { DatasetConfig, Experiment } from '../config/schema/experiment.generated.js';
import { inputBytes } from '../data/rows.js';
import type { DataProgressEvent } from '../protocol/events.js';
import { loadDatasetOf } from '../run/dataset.js';

interface DigestOptions {
  onProgress: (progress: DataProgressEvent) => void;
  environment: NodeJS.ProcessEnv;
}

/** Reads the data that experiments train on, each dataset once, and keeps what tells it from others. */
export class DatasetDigests {
  readonly #source: string;
  readonly #options: DigestOptions;
  readonly #known = new Map<string, Promise<{ digest: string; bytes: number }>>();

  /** @param source the experiment file */
  constructor(source: string, options: DigestOptions) {
    this.#source = source;
    this.#options = options;
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
    const { digest, train, test } = await loadDatasetOf(location, this.#options);
    return { digest, bytes: inputBytes(train) + inputBytes(test) };
  }
}

/** Of datasets that needn't be read to know it. */
const KNOWN_BYTES: Partial<Record<DatasetConfig['name'], number>> = {
  mnist: 70_000 * 28 * 28,
  fashion_mnist: 70_000 * 28 * 28,
  cifar10: 60_000 * 32 * 32 * 3,
};
