import { dirname } from 'node:path';
import type { Dataset } from '../data/dataset.js';
import { loadDataset } from '../data/load.js';
import type { LocatedExperiment } from '../protocol/job.js';
import type { DataProgressEvent } from '../protocol/events.js';

interface DatasetOptions {
  onProgress: (progress: DataProgressEvent) => void;
  signal?: AbortSignal;
  /** Of the caches; this process's unless given. */
  environment?: NodeJS.ProcessEnv;
}

/** Reads the dataset of an experiment. */
export function loadDatasetOf(
  { config, source }: LocatedExperiment,
  { onProgress, signal, environment }: DatasetOptions,
): Promise<Dataset> {
  return loadDataset(config.dataset, {
    baseDirectory: dirname(source),
    signal,
    environment,
    onProgress: (progress) => {
      onProgress({ type: 'data-progress', ...progress });
    },
  });
}
