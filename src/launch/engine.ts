import type { InstallEvent, LaunchEvent, NoticeEvent } from '../protocol/watching.js';
import type { InstallProgress } from '../python/managed-python.js';
import type { Engine } from '../tensorflow/engine.js';

/** What is computed with. */
export interface EngineSettings {
  /** Native TensorFlow, or JavaScript. */
  backend: Engine['backend'];
  /** Of TensorFlow; one a core unless given. */
  threads?: number;
}

/** Who starts work: what is told to whom, and what the work sees. */
export interface Starter<Event = never> {
  onEvent: (event: Event | LaunchEvent) => void;
  /** The variables that the work sees: of TensorFlow, MLflow, the caches. */
  environment: NodeJS.ProcessEnv;
  /** Aborted, the work ends in order. */
  signal?: AbortSignal;
}

/**
 * The engine to compute with; TensorFlow is found, or else installed.
 * @throws UserError why there is no TensorFlow
 */
export async function findEngine(
  { backend, threads = 0 }: EngineSettings,
  { onEvent, environment: env, signal }: Starter,
): Promise<Engine> {
  if (backend === 'cpu') {
    tellNotice(onEvent)('Computing in JavaScript (--backend cpu): about 500 times slower than native TensorFlow.');
    return { backend };
  }
  const { ensureTensorFlow } = await import('../tensorflow/library/install.js');
  const library = await ensureTensorFlow({ env, signal, onProgress: tellInstall(onEvent) });
  const { directory, fileNames, cudaLibraryDirectories, gpu } = library;
  const { findGpus } = await import('../tensorflow/library/gpu.js');
  const gpuName = gpu ? (await findGpus(env)).at(0)?.name : undefined;
  return { backend, library: { directory, fileNames }, cudaLibraryDirectories, gpuName, threads };
}

/** Tells the user a line. */
export function tellNotice(onEvent: (event: NoticeEvent) => void): (message: string) => void {
  return (message) => {
    onEvent({ type: 'notice', message });
  };
}

/** Tells of an installation as of all else. */
export function tellInstall(onEvent: (event: InstallEvent) => void): (progress: InstallProgress) => void {
  return (progress) => {
    onEvent({ type: 'install-progress', ...progress });
  };
}

/** The interpreter of the TensorFlow that is there, if it belongs to a Python. */
export async function tensorFlowPython(): Promise<string | undefined> {
  const { findTensorFlow } = await import('../tensorflow/library/find.js');
  return (await findTensorFlow()).library?.python;
}
