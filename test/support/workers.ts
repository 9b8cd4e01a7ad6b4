import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { smallMnist } from './small-mnist.js';

const program = fileURLToPath(new URL('../../bin/ablate.js', import.meta.url));

/** The program as a process of its own, which is told when to end. */
export interface Worker {
  pid: number;
  kill: (signal: NodeJS.Signals) => void;
  /** Resolves when it has ended. */
  ended: Promise<unknown>;
  log: () => string;
}

export interface WorkerOptions {
  /** Milliseconds by which its clock is ahead. */
  skew?: number;
  environment?: NodeJS.ProcessEnv;
  /** Network namespace. */
  machine?: string;
}

/** Starts `ablate worker`, which may read the small MNIST, and waits until it takes trials. */
export async function startWorker(
  parameters: string[],
  { skew = 0, environment = {}, machine }: WorkerOptions = {},
): Promise<Worker> {
  const clock = `const now = Date.now; Date.now = () => now() + ${skew};`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(clock)}`];
  // It becomes what it starts, so that the process is the worker's.
  const inside = machine === undefined ? [] : ['ip', 'netns', 'exec', machine];
  const words = ['worker', '--data-root', smallMnist(), ...parameters];
  const [command, ...rest] = [...inside, process.execPath, ...preload, program, ...words];
  const child = spawn(command, rest, {
    env: { ...process.env, MLFLOW_TRACKING_URI: undefined, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('ready for')) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`the worker ended: ${log}`));
    });
  });
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended: whenEnded(child), log: () => log };
}

async function whenEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
