import { type ChildProcess, type StdioOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Answers, type Task, type WorkerReply, type WorkerRequest, endRequestOf } from '../protocol/job.js';
import type { Engine } from '../tensorflow/engine.js';
import type { JobOptions, Outcome } from './scheduler.js';

/** The end of a worker's standard error that is kept. */
const LOG_LIMIT = 64 * 1024;

/** What a worker sees of the machine. */
export interface WorkerSurroundings {
  /** The only GPU, as `CUDA_VISIBLE_DEVICES` names it; all unless given. */
  gpu?: string;
  /** Its variables; those of this process unless given. */
  environment?: NodeJS.ProcessEnv;
}

/** A warm worker: a child process that does tasks one after another. */
export class WorkerProcess {
  /** The only GPU that it sees, if it doesn't see all. */
  readonly gpu: string | undefined;
  readonly #child: ChildProcess;
  readonly #engine: Engine;
  #log = '';
  #ended = false;

  constructor(engine: Engine, { gpu, environment = process.env }: WorkerSurroundings = {}) {
    this.#engine = engine;
    this.gpu = gpu;
    const worker = fileURLToPath(new URL('../worker.js', import.meta.url));
    // What native libraries print is kept for the case of a crash, and never reaches the user's terminal.
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
    // By the structured clone algorithm: JSON has no typed arrays, and makes null of a loss that is NaN.
    this.#child = fork(worker, { stdio, serialization: 'advanced', env: workerEnvironment(engine, gpu, environment) });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-LOG_LIMIT);
      });
    }
    this.#child.once('exit', () => {
      this.#ended = true;
    });
  }

  /** Whether it can take another task. */
  get alive(): boolean {
    return !this.#ended;
  }

  /** Does one task; never rejects. */
  do<Type extends Task['type']>(
    task: Extract<Task, { type: Type }>,
    { onProgress, signal }: JobOptions,
  ): Promise<Outcome<Answers[Type]>> {
    this.#log = '';
    return new Promise((resolve) => {
      const end = (): void => {
        if (signal) this.#send({ type: 'end', request: endRequestOf(signal) });
      };
      const onMessage = (reply: WorkerReply<Answers[Type]>): void => {
        if (reply.type === 'progress') onProgress(reply.progress);
        else settle(reply);
      };
      const onExit = (code: number | null, killer: NodeJS.Signals | null): void => {
        settle({ type: 'crashed', reason: exitReason(code, killer), log: this.#log });
      };
      const settle = (outcome: Outcome<Answers[Type]>): void => {
        this.#child.off('message', onMessage).off('close', onExit);
        signal?.removeEventListener('abort', end);
        resolve(outcome);
      };
      this.#child.on('message', onMessage).on('close', onExit);
      signal?.addEventListener('abort', end, { once: true });
      this.#send({ type: 'task', task, engine: this.#engine });
      if (signal?.aborted) end();
    });
  }

  /** Ends the process. */
  close(): void {
    if (this.alive) this.#child.kill('SIGKILL');
  }

  #send(request: WorkerRequest): void {
    // A worker that has just died is noticed by its exit; a message to it is of no further use.
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }
}

/** CUDA's libraries are found by the dynamic linker only if named before the process starts. */
function workerEnvironment(engine: Engine, gpu: string | undefined, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (engine.backend === 'cpu' || engine.cudaLibraryDirectories.length === 0) return environment;
  const directories = [...engine.cudaLibraryDirectories, environment.LD_LIBRARY_PATH].filter(Boolean);
  const visible = gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu };
  return { ...environment, ...visible, LD_LIBRARY_PATH: directories.join(':') };
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'the worker was killed (SIGKILL), perhaps because memory ran out';
  return signal ? `the worker was ended by ${signal}` : `the worker ended with exit code ${code ?? 'unknown'}`;
}
