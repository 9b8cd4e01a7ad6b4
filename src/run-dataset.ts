import { dirname } from 'node:path';
import type { Dataset } from './data/dataset.js';
import { loadDataset } from './data/load.js';
import type { LocatedExperiment } from './job.js';
import type { DataProgressEvent } from './run-events.js';

/** Reads the data set of an experiment. */
export function loadDatasetOf(
  { config, source }: LocatedExperiment,
  { onProgress, signal }: { onProgress: (progress: DataProgressEvent) => void; signal?: AbortSignal },
): Promise<Dataset> {
  return loadDataset(config.dataset, {
    baseDirectory: dirname(source),
    signal,
    onProgress: (progress) => {
      onProgress({ type: 'data-progress', ...progress });
    },
  });
}
