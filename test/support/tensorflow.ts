import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json, text } from 'node:stream/consumers';
import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { startRuntime } from '../../src/tensorflow/start.js';

/** Starts native TensorFlow in this test process; it is found, or else installed, as `ablate run` does it. */
export async function startTensorFlow(): Promise<Runtime> {
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

/**
 * Runs a Python program that reads one JSON document from its standard input and writes one to its standard output.
 * @param script its path; it may import the modules of this folder
 * @throws what it wrote to its standard error, if it fails
 */
export async function askPython<Answer>(python: string, script: string, question: unknown): Promise<Answer> {
  const keras = { TF_CPP_MIN_LOG_LEVEL: '3', KERAS_BACKEND: 'tensorflow', CUDA_VISIBLE_DEVICES: '' };
  const env = { ...process.env, ...keras, PYTHONPATH: import.meta.dirname };
  const child = spawn(python, [script], { env });
  const errors = text(child.stderr);
  const answer = json(child.stdout).catch(() => undefined);
  child.stdin.end(JSON.stringify(question));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${await errors}`);
  return (await answer) as Answer;
}
