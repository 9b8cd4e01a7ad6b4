import { visibleGpus } from '../scheduling/machine.js';
import type { Engine } from '../tensorflow/engine.js';
import { findGpus } from '../tensorflow/library/gpu.js';

/** The GPUs that an engine's workers share, as `CUDA_VISIBLE_DEVICES` names them; none if it computes without. */
export async function gpusOf(engine: Engine, environment: NodeJS.ProcessEnv): Promise<string[]> {
  if (engine.backend !== 'tensorflow' || engine.gpuName === undefined) return [];
  return visibleGpus((await findGpus(environment)).length, environment);
}
