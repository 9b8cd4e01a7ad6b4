import { availableParallelism } from 'node:os';
import type { Engine } from './engine.js';
import type { Runtime } from './runtime.js';

/**
 * Starts an engine in this process, once; everything that tfjs computes afterwards runs on it.
 * @throws UserError `tensorflow-not-loadable`
 */
export async function startRuntime(engine: Engine): Promise<Runtime> {
  if (engine.backend === 'cpu') {
    const { PortableRuntime } = await import('./portable-runtime.js');
    return PortableRuntime.start();
  }
  const { startNativeBackend } = await import('./backend.js');
  const { NativeRuntime } = await import('./native-runtime.js');
  const threads = { intraOpThreads: engine.threads, interOpThreads: engine.threads };
  const native = await startNativeBackend(engine.library, threads);
  return new NativeRuntime(native, engine.threads || availableParallelism(), engine.gpuName);
}
