import { dirname } from 'node:path';
import type { Dataset, DatasetProgress } from '../data/dataset.js';
import { loadDataset } from '../data/load.js';
import { withTestedFold } from '../data/tested-fold.js';
import { sourceSeeds } from '../random.js';
import type { LocatedExperiment } from '../protocol/job.js';
import type { DataProgressEvent } from '../protocol/events.js';

/** Between two reports of a step: each crosses the border between processes. */
const LEAST_MILLISECONDS = 50;

interface DatasetOptions {
  onProgress: (progress: DataProgressEvent) => void;
  signal?: AbortSignal;
  /** Of the caches; this process's unless given. */
  environment?: NodeJS.ProcessEnv;
}

/** Reads the dataset of an experiment, its test rows those of the run's fold where folds are tested. */
export async function loadDatasetOf(
  { config, source }: LocatedExperiment,
  { onProgress, signal, environment }: DatasetOptions,
): Promise<Dataset> {
  const dataset = await loadDataset(config.dataset, {
    baseDirectory: dirname(source),
    signal,
    environment,
    onProgress: sparing((progress) => {
      onProgress({ type: 'data-progress', ...progress });
    }),
  });
  return withTestedFold(dataset, config.dataset, sourceSeeds(config.training).split);
}

/** Tells the beginning and the end of each step, and of what lies between no more than people can see. */
function sparing(tell: (progress: DatasetProgress) => void): (progress: DatasetProgress) => void {
  let [lastStep, lastTime] = ['', 0];
  return (progress) => {
    const now = performance.now();
    const step = `${progress.step} ${progress.subject}`;
    if (step === lastStep && progress.done < progress.total && now - lastTime < LEAST_MILLISECONDS) return;
    [lastStep, lastTime] = [step, now];
    tell(progress);
  };
}
