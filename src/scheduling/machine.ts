import { availableParallelism, freemem } from 'node:os';
import type { Machine } from './parallelism.js';

/** This machine, as it is now. @param gpus that TensorFlow can use */
export function readMachine(gpus: number): Machine {
  // Newer Node versions know the limits of a container.
  const freeMemory = 'availableMemory' in process ? process.availableMemory() : freemem();
  return { cores: availableParallelism(), gpus, freeMemory };
}

/** The GPUs of this machine, as `CUDA_VISIBLE_DEVICES` names them. @param count how many there are */
export function visibleGpus(count: number, environment: NodeJS.ProcessEnv): string[] {
  const chosen = environment.CUDA_VISIBLE_DEVICES;
  if (chosen !== undefined) return chosen.split(',').filter((name) => name !== '' && name !== '-1');
  return Array.from({ length: count }, (_, index) => String(index));
}
