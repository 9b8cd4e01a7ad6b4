import type { Command } from 'commander';
import { UserError } from '../errors.js';
import type { Engine } from '../tensorflow/engine.js';

/** What the user says of the engine. */
export interface EngineOptions {
  backend: string;
  threads?: string;
}

/** Adds `--backend` and `--threads` to a command that starts a worker. */
export function addEngineOptions(command: Command): void {
  command
    .option('--backend <name>', 'tensorflow, or cpu: JavaScript, hundreds of times slower', 'tensorflow')
    .option('--threads <n>', 'threads for TensorFlow (default: one a core)');
}

/**
 * The engine to compute with; TensorFlow is found, or else installed.
 * @throws UserError `bad-usage`, or why there is no TensorFlow
 */
export async function chooseEngine({ backend, threads }: EngineOptions): Promise<Engine> {
  if (backend === 'cpu') {
    process.stderr.write('Computing in JavaScript (--backend cpu): about 500 times slower than native TensorFlow.\n');
    return { backend };
  }
  if (backend !== 'tensorflow') {
    throw new UserError(`--backend is ${backend}; expected tensorflow or cpu`, { code: 'bad-usage', exitCode: 2 });
  }
  const count = threads === undefined ? 0 : wholeNumber('--threads', threads, 127);
  const { ensureTensorFlow } = await import('../tensorflow/library/install.js');
  const { showInstallProgress } = await import('./install-progress.js');
  const { onProgress, clear } = showInstallProgress(process.stderr);
  const library = await ensureTensorFlow({ onProgress }).finally(clear);
  const { directory, fileNames, cudaLibraryDirectories, gpu } = library;
  const { findGpus } = await import('../tensorflow/library/gpu.js');
  const gpuName = gpu ? (await findGpus()).at(0)?.name : undefined;
  return { backend, library: { directory, fileNames }, cudaLibraryDirectories, gpuName, threads: count };
}

/**
 * The value of an option that is a whole number from 1 to a maximum.
 * @throws UserError `bad-usage`
 */
export function wholeNumber(option: string, text: string, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new UserError(`${option} is ${text}; expected a whole number from 1 to ${maximum}`, {
    code: 'bad-usage',
    exitCode: 2,
  });
}

/** The interpreter of the TensorFlow that is there, if it belongs to a Python. */
export async function tensorFlowPython(): Promise<string | undefined> {
  const { findTensorFlow } = await import('../tensorflow/library/find.js');
  return (await findTensorFlow()).library?.python;
}
