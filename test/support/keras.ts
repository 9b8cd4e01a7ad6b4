import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exclusively } from './python.js';
import { kerasPython } from './tensorflow.js';

const KERAS = { TF_CPP_MIN_LOG_LEVEL: '3', KERAS_BACKEND: 'tensorflow', CUDA_VISIBLE_DEVICES: '' };

/**
 * Runs a Python program that asks Keras: it reads one JSON document from its standard input and writes one to its
 * standard output. Keras is loaded once for all test files.
 * @param script its path; it may import the modules of this folder
 * @throws what it wrote to its standard error, if it fails
 */
export async function askKerasBy<Answer>(script: string, question: unknown): Promise<Answer> {
  const connection = connect(await serverSocket());
  connection.end(JSON.stringify({ script, question }));
  const { code, output, errors } = (await json(connection)) as { code: number; output: string; errors: string };
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors}`);
  return JSON.parse(output) as Answer;
}

/** Of the server that all test files share: started by the first that asks, ended with the process that runs them. */
async function serverSocket(): Promise<string> {
  const { ABLATE_TEST_SESSION: session, ABLATE_TEST_RUNNER: runner } = process.env;
  if (!session || !runner) throw new Error('ABLATE_TEST_SESSION is missing: is vitest run with its configuration?');
  const socket = join(session, 'keras.socket');
  await exclusively(join(session, 'keras.lock'), async () => {
    if (!existsSync(socket)) await startServer(socket, runner);
  });
  return socket;
}

async function startServer(socket: string, runner: string): Promise<void> {
  const script = fileURLToPath(new URL('keras_server.py', import.meta.url));
  const log = `${socket}.log`;
  const server = spawn(await kerasPython(), [script, socket, runner], {
    env: { ...process.env, ...KERAS, PYTHONPATH: import.meta.dirname },
    // It outlives the test file that has started it.
    detached: true,
    stdio: ['ignore', 'ignore', openSync(log, 'a')],
  });
  server.unref();
  while (!existsSync(socket)) {
    if (server.exitCode !== null) throw new Error(`keras_server.py ended: ${readFileSync(log, 'utf8')}`);
    await sleep(100);
  }
}
