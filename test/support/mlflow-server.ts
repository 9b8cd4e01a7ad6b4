import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalServer, stopProcessGroup } from '../../src/tracking/local-server.js';
import { exclusively, testPython } from './python.js';

/** A real MLflow server on SQLite, on the loopback interface. */
export interface MlflowServer {
  uri: string;
  port: number;
  /** Of its process group. */
  pid: number;
}

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
 * @param folder for its database, its artifacts and its log; a later server may resume the same
 * @param port a free one unless given
 */
export async function startServer(folder: string, port?: number): Promise<MlflowServer> {
  const options = { python: await testPython(), directory: folder, port, owner: testRunner() };
  const { uri, processGroup: pid } = await LocalServer.start(options);
  return { uri, port: Number(new URL(uri).port), pid };
}

/** Ends a server with all of its processes, and waits until they are gone. */
export function stopServer({ pid }: MlflowServer): Promise<void> {
  return stopProcessGroup(pid);
}

/** The id of the process that runs all tests: this one's parent, as `global-setup.ts` has noted. */
function testRunner(): number {
  return Number(process.env.ABLATE_TEST_RUNNER ?? process.pid);
}

function readServer(session: string): MlflowServer | undefined {
  const file = serverFile(session);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MlflowServer) : undefined;
}

function serverFile(session: string): string {
  return join(session, 'server.json');
}
