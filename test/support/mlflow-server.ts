import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exclusively, testPython } from './python.js';

/** A real MLflow server on SQLite, on the loopback interface. */
export interface MlflowServer {
  uri: string;
  port: number;
  /** Of its process group. */
  pid: number;
}

const START_MILLISECONDS = 120_000;
/** Runs a command as long as the process with the id `$0` lives: a test run that is killed leaves no server behind. */
const UNTIL_TESTS_END = `"$@" & while kill -0 "$0" && kill -0 $!; do sleep 1; done 2>/dev/null; kill 0`;

/** The server that all test files share: started by the first that asks, ended after the last test. */
export async function sharedServer(): Promise<MlflowServer> {
  const session = process.env.ABLATE_TEST_SESSION;
  if (!session) throw new Error('ABLATE_TEST_SESSION is missing: is vitest run with its configuration?');
  return exclusively(join(session, 'server.lock'), async () => {
    const running = readServer(session);
    if (running) return running;
    const server = await startServer(join(session, 'mlflow'));
    writeFileSync(serverFile(session), JSON.stringify(server));
    return server;
  });
}

export async function stopSharedServer(session: string): Promise<void> {
  const server = readServer(session);
  if (server) await stopServer(server);
}

/**
 * Starts a server and waits until it answers.
 * @param folder for its database, its artifacts and its log; a later server may go on with the same
 * @param port a free one unless given
 */
export async function startServer(folder: string, port?: number): Promise<MlflowServer> {
  mkdirSync(folder, { recursive: true });
  const chosen = port ?? (await freePort());
  const log = openSync(join(folder, 'server.log'), 'a');
  const command = [await testPython(), ...serverArguments(folder, chosen)];
  const child = spawn('sh', ['-c', UNTIL_TESTS_END, String(testRunner()), ...command], {
    detached: true,
    stdio: ['ignore', log, log],
    // Jobs are for language models; without them the server is one process fewer in ten.
    env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_TRACKING_URI: undefined },
  });
  child.unref();
  const server = { uri: `http://127.0.0.1:${chosen}`, port: chosen, pid: Number(child.pid) };
  const started = Date.now();
  while (!(await isHealthy(server))) {
    await sleep(200);
    if (child.exitCode !== null || Date.now() > started + START_MILLISECONDS) {
      throw new Error(`MLflow did not start:\n${readFileSync(join(folder, 'server.log'), 'utf8').slice(-2000)}`);
    }
  }
  return server;
}

/** Ends a server with all of its processes, and waits until they are gone. */
export async function stopServer({ pid }: MlflowServer): Promise<void> {
  const started = Date.now();
  while (isAlive(pid)) {
    process.kill(-pid, Date.now() > started + 10_000 ? 'SIGKILL' : 'SIGTERM');
    await sleep(200);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The id of the process that runs all tests: this one's parent, as `global-setup.ts` has noted. */
function testRunner(): number {
  return Number(process.env.ABLATE_TEST_RUNNER ?? process.pid);
}

function serverArguments(folder: string, port: number): string[] {
  const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`];
  const artifacts = ['--artifacts-destination', join(folder, 'artifacts')];
  const address = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  return ['-m', 'mlflow', 'server', ...store, ...artifacts, ...address];
}

async function isHealthy({ uri }: MlflowServer): Promise<boolean> {
  try {
    return (await fetch(`${uri}/health`)).ok;
  } catch {
    return false;
  }
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function readServer(session: string): MlflowServer | undefined {
  const file = serverFile(session);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MlflowServer) : undefined;
}

function serverFile(session: string): string {
  return join(session, 'server.json');
}
