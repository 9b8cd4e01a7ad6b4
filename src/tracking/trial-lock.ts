import { fstatSync, ftruncateSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '../system/directories.js';
import { codeOf, UserError } from '../text/errors.js';
import { type FileLock, takeFileLock } from '../system/file-lock.js';
import { readTextSync } from '../system/regular-file.js';
import { notWritten, ownFolder } from './atomic-file.js';

/** What tells a trial from all others of a runs directory, apart from its data. */
export interface TrialIdentity {
  runsDirectory: string;
  configHash: string;
  seed: number;
}

/** Held until it is released, or its process has ended. */
export type Claim = Pick<FileLock, 'release'>;

/**
 * Claims a trial for as long as it is trained, so that no other process that uses the same runs directory trains the same
 * meanwhile. The claim ends with this process, however it ends. What can't be locked is granted to everyone, for training
 * twice is better than not at all: on file systems without locks, and where the lock is another user's.
 * @param holder who claims it, for those who wait
 * @returns undefined while it is claimed, be it by this very process
 * @throws UserError `file-not-written`, `link-in-run`
 */
export async function claimTrial(trial: TrialIdentity, holder: string): Promise<Claim | undefined> {
  if (held >= MOST_HELD) return NOTHING_LOCKED;
  const file = lockFile(trial);
  let claim: Claim | undefined;
  held++;
  try {
    makeFolder(trial.runsDirectory);
    claim = await tryClaim(file, holder);
    return claim;
  } catch (error) {
    if (NOT_LOCKABLE.includes(codeOf(error) ?? '')) return NOTHING_LOCKED;
    throw error instanceof UserError ? error : notWritten(file, error);
  } finally {
    if (!claim) held--;
  }
}

/** Who has claimed a trial; undefined when no one says so. */
export function claimantOf(trial: TrialIdentity): string | undefined {
  try {
    return readTextSync(lockFile(trial)) || undefined;
  } catch {
    return undefined;
  }
}

/** In the runs directory. Its name begins with a dot, as no run's does. */
const FOLDER = '.training';
const NOT_LOCKABLE = ['no-file-locks', 'EACCES', 'EPERM'];
const NOTHING_LOCKED: Claim = { release: () => Promise.resolve() };
/** Each is an open file, of which some machines allow a process 1,024; a queue may hold 1,000 trials of a sweep. */
const MOST_HELD = 768;
/** By this process, those included that are being asked for. */
let held = 0;

function lockFile({ runsDirectory, configHash, seed }: TrialIdentity): string {
  return join(runsDirectory, FOLDER, `${configHash}-${seed}`);
}

function makeFolder(runsDirectory: string): void {
  try {
    makeDirectories(runsDirectory);
  } catch (error) {
    throw notWritten(runsDirectory, error);
  }
  ownFolder(join(runsDirectory, FOLDER));
}

function isNamed({ descriptor }: FileLock, file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
}

async function tryClaim(file: string, holder: string): Promise<Claim | undefined> {
  for (;;) {
    const lock = await takeFileLock(file);
    if (!lock) return undefined;
    if (isNamed(lock, file)) return claimWith(lock, file, holder);
    // Its last holder has removed it between our opening and our locking it.
    await lock.release();
  }
}

function claimWith({ descriptor, release }: FileLock, file: string, holder: string): Claim {
  // One that was killed has left its name.
  ftruncateSync(descriptor);
  writeSync(descriptor, holder);
  return {
    release: () => {
      held--;
      // By its holder alone, and before it is unlocked: whoever locks it later notices that it is gone.
      rmSync(file, { force: true });
      return release();
    },
  };
}
