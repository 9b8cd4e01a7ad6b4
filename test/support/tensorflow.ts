import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { startRuntime } from '../../src/tensorflow/start.js';

let started: Promise<Runtime> | undefined;

/** Native TensorFlow, started in this test process once; it is found, or else installed, as `ablate run` does it. */
export function startTensorFlow(): Promise<Runtime> {
  return (started ??= start());
}

async function start(): Promise<Runtime> {
  const library = await ensureTensorFlow();
  const { cudaLibraryDirectories } = library;
  return startRuntime({ backend: 'tensorflow', library, cudaLibraryDirectories, threads: 0 });
}

/** The interpreter of that TensorFlow, which has Keras too. */
export async function kerasPython(): Promise<string> {
  const { python } = await ensureTensorFlow();
  if (python === undefined) throw new Error('the TensorFlow found belongs to no Python, so there is no Keras to ask');
  return python;
}
