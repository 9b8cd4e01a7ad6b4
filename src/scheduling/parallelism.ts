/** What a machine has for trials. */
export interface Machine {
  /** Processor cores that this process may use. */
  cores: number;
  gpus: number;
  /** Bytes that can still be taken without swapping. */
  freeMemory: number;
}

/** How trials share a machine. */
export interface Parallelism {
  /** Workers side by side. */
  jobs: number;
  /** Threads of each worker's TensorFlow; 0 for one a core. */
  threads: number;
}

/** What is to be run, and what the user wants. */
export interface Demand {
  trials: number;
  /** Of the dataset of each worker. */
  datasetBytes: number;
  /** `--jobs` */
  jobs?: number;
  /** `--threads`, or those that the sweep began with: with another number, results differ in their last bits. */
  threads?: number;
}

/** Of a worker that trains a small network, measured without its dataset; and a margin. */
const WORKER_BYTES = 768 * 2 ** 20;

/**
 * Shares a machine out. On CPUs several workers of one thread each train more images in all than one with several
 * threads, so there are as many workers as cores, as long as there are trials and memory for them; where there aren't,
 * each gets more threads, all the same number. On GPUs each has one worker.
 */
export function chooseParallelism(machine: Machine, { trials, datasetBytes, jobs, threads }: Demand): Parallelism {
  const { cores, gpus, freeMemory } = machine;
  const fitting = Math.floor(freeMemory / (WORKER_BYTES + datasetBytes));
  const room = gpus > 0 ? gpus : Math.floor(cores / (threads ?? 1));
  const wanted = jobs ?? Math.min(room, fitting);
  const chosen = Math.max(1, Math.min(wanted, trials));
  if (threads !== undefined || gpus > 0) return { jobs: chosen, threads: threads ?? 0 };
  return { jobs: chosen, threads: Math.max(1, Math.round(cores / chosen)) };
}
