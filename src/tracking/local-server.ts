import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, interrupted } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';

/** What a local server is started with. */
export interface LocalServerOptions {
  /** A Python that has MLflow. */
  python: string;
  /** For its database, artifacts and log; what they hold is served again the next time. */
  directory: string;
  /** A free one unless given. */
  port?: number;
  /** The process with whose end the server ends; this one unless given. */
  owner?: number;
  /** Called while it starts, with the seconds since. */
  onStarting?: (seconds: number) => void;
  signal?: AbortSignal;
}

const START_SECONDS = 300;
const POLL_MILLISECONDS = 200;
/** How long the server may take to end in order before it is ended. */
const STOP_SECONDS = 10;
const LOG_LIMIT = 2000;

/** Runs a command as long as the process with the id `$0` lives: even if that is killed, no server is left behind. */
const AS_LONG_AS = '"$@" & while kill -0 "$0" && kill -0 $!; do sleep 1; done 2>/dev/null; kill 0';

/** A real MLflow server on SQLite, reachable from this machine alone. */
export class LocalServer {
  readonly #child: ChildProcess;

  private constructor(
    readonly uri: string,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  /**
   * Starts a server and waits until it answers.
   * @throws UserError `mlflow-server-failed` with the end of its log, `port-in-use`, `interrupted`
   */
  static async start(options: LocalServerOptions): Promise<LocalServer> {
    const { python, directory, port, owner = process.pid, onStarting, signal } = options;
    mkdirSync(directory, { recursive: true });
    if (port !== undefined && !(await isFree(port))) throw portInUse(port);
    const chosen = port ?? (await freePort());
    const uri = `http://127.0.0.1:${chosen}`;
    const server = new LocalServer(uri, launch(python, directory, chosen, owner));
    const started = performance.now();
    while (!(await isHealthy(uri))) {
      const seconds = (performance.now() - started) / 1000;
      const failed = server.#child.exitCode !== null || seconds > START_SECONDS;
      if (failed || signal?.aborted) {
        await server.stop();
        throw signal?.aborted ? interrupted() : failure(directory);
      }
      onStarting?.(seconds);
      await sleep(POLL_MILLISECONDS);
    }
    return server;
  }

  /** The id of the group of the server's processes. */
  get processGroup(): number {
    return Number(this.#child.pid);
  }

  /** Resolves when the server's processes have ended. */
  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }

  /** Ends all of the server's processes, and waits until they are gone. */
  stop(): Promise<void> {
    return stopProcessGroup(this.processGroup);
  }
}

/** Ends all processes of a group, first in order, and waits until they are gone. */
export async function stopProcessGroup(group: number): Promise<void> {
  const started = performance.now();
  while (signalGroup(group, 0)) {
    const patient = performance.now() - started < 1000 * STOP_SECONDS;
    signalGroup(group, patient ? 'SIGTERM' : 'SIGKILL');
    await sleep(POLL_MILLISECONDS);
  }
}

/** A port of this machine that nothing listens at. */
export async function freePort(): Promise<number> {
  return listenBriefly(0);
}

/** Whether an MLflow server answers there. */
async function isHealthy(uri: string): Promise<boolean> {
  try {
    return (await fetch(`${uri}/health`, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

function launch(python: string, directory: string, port: number, owner: number): ChildProcess {
  const parameters = [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${join(directory, 'mlflow.db')}`],
    ...['--artifacts-destination', join(directory, 'artifacts')],
  ];
  const log = openSync(join(directory, 'server.log'), 'a');
  const child = spawn('sh', ['-c', AS_LONG_AS, String(owner), python, ...parameters], {
    // A group of its own: Ctrl-C in the terminal is for us to act upon, and all of its processes end together.
    detached: true,
    stdio: ['ignore', log, log],
    env: serverEnvironment(),
  });
  closeSync(log);
  // It ends with its owner, and keeps no other process from ending.
  child.unref();
  return child;
}

/** Without what is meant for clients; and without the runner of jobs, which are for language models. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('MLFLOW_'));
  return { ...Object.fromEntries(ours), MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' };
}

async function isFree(port: number): Promise<boolean> {
  return listenBriefly(port).then(
    () => true,
    () => false,
  );
}

/** Takes a port of this machine and gives it back. @param port 0 for any @returns which it was */
async function listenBriefly(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return taken;
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false; // it has just ended
  }
}

function portInUse(port: number): UserError {
  return new UserError(`port ${port} of this machine is in use`, {
    code: 'port-in-use',
    hint: 'choose another by --port, or leave it out: any free one will do',
  });
}

function failure(directory: string): UserError {
  const log = join(directory, 'server.log');
  return new UserError(`MLflow's server did not start:\n${readTextSync(log).slice(-LOG_LIMIT)}`, {
    code: 'mlflow-server-failed',
    hint: `its whole log is ${log}`,
  });
}
