import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const INSTALL_MILLISECONDS = 800_000;

/**
 * The interpreter of a virtual environment that holds `requirements.txt`. It is made on first use, in a cache of the
 * user that later test runs find again; of several test processes one makes it while the others wait.
 */
export async function testPython(): Promise<string> {
  const environment = environmentDirectory();
  const python = join(environment, 'bin', 'python');
  await exclusively(`${environment}.lock`, async () => {
    if (existsSync(completeMarker(environment))) return;
    rmSync(environment, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', environment]);
    const options = { timeout: INSTALL_MILLISECONDS };
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], options);
    // Written last: an environment whose making was interrupted is made anew.
    writeFileSync(completeMarker(environment), '');
  });
  return python;
}

/** Runs a task while no other process runs one under the same lock. A lock whose process has ended is taken over. */
export async function exclusively<T>(lock: string, task: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true });
  while (!tryLock(lock)) await sleep(200);
  try {
    return await task();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Keyed by what would be installed, so that changed requirements get an environment of their own. */
function environmentDirectory(): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'ablate', 'test-python', hash);
}

function completeMarker(environment: string): string {
  return join(environment, '.complete');
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isHeld(lock)) discard(lock);
    return false;
  }
}

function isHeld(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    // Between its creation and the writing of its owner's id it is empty.
    if (owner > 0) process.kill(owner, 0);
    return true;
  } catch {
    return false;
  }
}

/** Renamed first, so that of two processes that find it stale only one removes it. */
function discard(lock: string): void {
  const discarded = `${lock}.${process.pid}`;
  try {
    renameSync(lock, discarded);
    rmSync(discarded);
  } catch {
    // Another process was faster.
  }
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
