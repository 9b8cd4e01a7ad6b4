import { close, open as openDescriptor } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import koffi from 'koffi';
import { UserError } from './errors.js';

const LOCK_EXCLUSIVE_NONBLOCKING = 2 | 4;
const POLL_MILLISECONDS = 200;

export interface LockOptions {
  /** Called before each wait for another holder. */
  onWait?: () => void;
  signal?: AbortSignal;
}

/**
 * Runs a task while holding a file's advisory lock (`flock`). The kernel frees it when its last holder ends, however it
 * ends, so no lock is ever stale. The file itself stays, empty: removing it would let two processes hold locks on two
 * files of one name.
 * @param task gets the lock's file descriptor: a child process that inherits it holds the lock as well, even when its
 *   parent has been killed
 * @throws UserError `no-file-locks` on a file system without them
 */
export async function withFileLock<T>(
  file: string,
  task: (descriptor: number) => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  const handle = await open(file, 'a');
  try {
    while (!tryLock(file, handle.fd)) {
      onWait?.();
      await sleep(POLL_MILLISECONDS, undefined, { signal });
    }
    return await task(handle.fd);
  } finally {
    await handle.close();
  }
}

/**
 * Takes a file's lock if no one has it, for as long as this process lives or until it is released.
 * @returns undefined when another process holds it
 * @throws UserError `no-file-locks` on a file system without them
 */
export async function takeFileLock(file: string): Promise<{ release: () => Promise<void> } | undefined> {
  // A plain descriptor: a FileHandle that nothing refers to any more is closed by the garbage collector, lock and all.
  const descriptor = await promisify(openDescriptor)(file, 'a');
  const release = (): Promise<void> => promisify(close)(descriptor);
  let isTaken = false;
  try {
    isTaken = tryLock(file, descriptor);
  } finally {
    if (!isTaken) await release();
  }
  return isTaken ? { release } : undefined;
}

function tryLock(file: string, descriptor: number): boolean {
  const flock = koffi.load(null).func('int flock(int, int)') as (descriptor: number, operation: number) => number;
  if (flock(descriptor, LOCK_EXCLUSIVE_NONBLOCKING) === 0) return true;
  const error = koffi.errno();
  if (error === constants.errno.EWOULDBLOCK || error === constants.errno.EINTR) return false;
  throw new UserError(`the file system of ${file} has no file locks (flock: errno ${error})`, {
    code: 'no-file-locks',
    hint: 'set ABLATE_CACHE to a folder on a local disk',
  });
}
