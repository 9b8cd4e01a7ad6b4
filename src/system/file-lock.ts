import { close, constants as files, open as openDescriptor } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { koffi } from './koffi.js';
import { UserError } from '../text/errors.js';

const LOCK_EXCLUSIVE_NONBLOCKING = 2 | 4;
/**
 * To append, not through a link, and without waiting for a pipe's reader: the lock of a run lies in its folder, which may
 * come from elsewhere. (The last two aren't there on Windows.)
 */
const LOCK_FLAGS =
  files.O_WRONLY |
  files.O_CREAT |
  files.O_APPEND |
  ((files.O_NOFOLLOW as number | undefined) ?? 0) |
  ((files.O_NONBLOCK as number | undefined) ?? 0);
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
  const handle = await open(file, LOCK_FLAGS);
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

/** A lock that is held. */
export interface FileLock {
  /** Of the locked file, open to append. */
  descriptor: number;
  release: () => Promise<void>;
}

/**
 * Takes a file's lock if no one has it, for as long as this process lives or until it is released.
 * @returns undefined when another process holds it
 * @throws UserError `no-file-locks` on a file system without them
 */
export async function takeFileLock(file: string): Promise<FileLock | undefined> {
  // A plain descriptor: a FileHandle that nothing refers to any more is closed by the garbage collector, lock and all.
  const descriptor = await promisify(openDescriptor)(file, LOCK_FLAGS);
  const release = (): Promise<void> => promisify(close)(descriptor);
  let isTaken = false;
  try {
    isTaken = tryLock(file, descriptor);
  } finally {
    if (!isTaken) await release();
  }
  return isTaken ? { descriptor, release } : undefined;
}

type Flock = (descriptor: number, operation: number) => number;
let loadedFlock: Flock | undefined;

function tryLock(file: string, descriptor: number): boolean {
  const flock = (loadedFlock ??= koffi().load(null).func('int flock(int, int)') as Flock);
  if (flock(descriptor, LOCK_EXCLUSIVE_NONBLOCKING) === 0) return true;
  const error = koffi().errno();
  if (error === constants.errno.EWOULDBLOCK || error === constants.errno.EINTR) return false;
  throw new UserError(`the file system of ${file} has no file locks (flock: errno ${error})`, {
    code: 'no-file-locks',
    hint: 'set ABLATE_CACHE to a folder on a local disk',
  });
}
