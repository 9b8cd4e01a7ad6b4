import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { WorkerPlace } from '../remote/perform-trial.js';
import { LocalScheduler } from '../scheduling/local.js';
import type { Engine } from '../tensorflow/engine.js';
import { gpusOf } from './engine-gpus.js';

export interface WorkerPlaceOptions {
  runsDir: string;
  dataRoot: readonly string[];
  concurrency?: number;
}

/** What this machine has for the trials of others. */
export async function openWorkerPlace(
  engine: Engine,
  { runsDir, dataRoot, concurrency }: WorkerPlaceOptions,
): Promise<{ place: WorkerPlace; concurrency: number; close: () => void }> {
  const gpus = await gpusOf(engine, process.env);
  const count = concurrency ?? (gpus.length || availableParallelism());
  // The threads of a TensorFlow are fixed when it starts, so each number has processes of its own.
  const schedulers = new Map<number, LocalScheduler>();
  const schedulerOf = (threads: number): LocalScheduler => {
    const known = schedulers.get(threads);
    const scheduler =
      known ?? new LocalScheduler(engine.backend === 'cpu' ? engine : { ...engine, threads }, count, { gpus });
    schedulers.set(threads, scheduler);
    return scheduler;
  };
  return {
    place: { runsDirectory: resolve(runsDir), dataRoots: dataRoot.map((root) => resolve(root)), schedulerOf },
    concurrency: count,
    close: () => {
      for (const scheduler of schedulers.values()) scheduler.close();
    },
  };
}
