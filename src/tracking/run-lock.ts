import { closeSync, constants, existsSync, openSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, UserError } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { type FileLock, takeFileLock } from '../system/file-lock.js';
import { notWritten } from './atomic-file.js';
import type { RunDirectory } from './run-store.js';

/** What one process at a time may write: a run, or a sweep. */
type Held = Pick<RunDirectory, 'id' | 'path'>;

/** The process that writes a run now. */
export interface RunHolder {
  pid: number;
  /** The process that started it; once that has ended, the holder ends too. */
  parent: number;
  host: string;
  /** Milliseconds since 1970-01-01 UTC. */
  since: number;
}

/** The lock's own file, never one that a link leads to. */
const HOLDER_FLAGS = constants.O_WRONLY | constants.O_TRUNC | ((constants.O_NOFOLLOW as number | undefined) ?? 0);
const POLL_MILLISECONDS = 100;
/** Whoever only looks whether a run is held takes its lock for an instant. */
const PATIENCE_MILLISECONDS = 1000;
/** A worker whose parent was killed ends after the steps under way. */
const PATIENCE_WITH_ORPHANS_MILLISECONDS = 60_000;

/**
 * Does a task as the only process that writes a run. The kernel frees the lock when this process ends, however it ends.
 * @param parent the process without which this one ends; its own for one that ends by itself
 * @throws UserError `run-in-use` that names the process which has it
 */
export async function whileHolding<T>(run: Held, task: () => Promise<T>, parent = process.ppid): Promise<T> {
  const lock = await takePatiently(run, parent);
  try {
    return await task();
  } finally {
    await lock.release();
  }
}

/**
 * The process that writes a run at this moment; undefined when none does, so that a run without a summary was interrupted. A
 * worker whose parent was killed doesn't count: it is about to end.
 */
export async function holderOf(run: Held): Promise<RunHolder | undefined> {
  if (!existsSync(lockFile(run))) return undefined;
  const lock = await tryTake(run);
  await lock?.release();
  const holder = lock ? undefined : readHolder(run);
  return holder && !isOrphan(holder) ? holder : undefined;
}

type Lock = Pick<FileLock, 'release'>;

async function takePatiently(run: Held, parent: number): Promise<Lock> {
  const started = Date.now();
  for (;;) {
    const lock = await tryTake(run);
    if (lock) {
      const holder: RunHolder = { pid: process.pid, parent, host: hostname(), since: Date.now() };
      writeHolder(run, holder);
      return lock;
    }
    const holder = readHolder(run);
    const patience = isOrphan(holder) ? PATIENCE_WITH_ORPHANS_MILLISECONDS : PATIENCE_MILLISECONDS;
    if (Date.now() - started > patience) throw inUse(run, holder);
    await sleep(POLL_MILLISECONDS);
  }
}

/** A file system without locks mustn't keep anyone from training on it. */
async function tryTake(run: Held): Promise<Lock | undefined> {
  try {
    return await takeFileLock(lockFile(run));
  } catch (error) {
    if (error instanceof UserError && error.code === 'no-file-locks') return { release: () => Promise.resolve() };
    throw notWritten(lockFile(run), error);
  }
}

function lockFile(run: Held): string {
  return join(run.path, '.lock');
}

function writeHolder(run: Held, holder: RunHolder): void {
  const descriptor = openSync(lockFile(run), HOLDER_FLAGS);
  try {
    writeFileSync(descriptor, JSON.stringify(holder));
  } finally {
    closeSync(descriptor);
  }
}

function readHolder(run: Held): RunHolder {
  try {
    return JSON.parse(readTextSync(lockFile(run))) as RunHolder;
  } catch {
    // It has just taken the lock, and is about to say who it is.
    return { pid: 0, parent: 0, host: hostname(), since: Date.now() };
  }
}

function isOrphan({ parent, host }: RunHolder): boolean {
  return parent > 0 && host === hostname() && !isAlive(parent);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function inUse(run: Held, { pid, parent, host, since }: RunHolder): UserError {
  const where = host === hostname() ? '' : ` on ${host}`;
  return new UserError(
    `${run.id} is being trained by process ${pid}${where} since ${new Date(since).toLocaleString('sv')}`,
    {
      code: 'run-in-use',
      hint: `wait for it, or end the program that started it: kill -INT ${parent}`,
    },
  );
}
