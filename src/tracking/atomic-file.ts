import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '../system/directories.js';
import { messageOf, UserError } from '../text/errors.js';

/**
 * Replaces a file's contents so that at any instant, a power cut included, the old or the new contents are there in
 * full: a temporary file beside it is written, synced and renamed over it.
 * @throws UserError `file-not-written` when the disk is full, gone or read-only; the old contents are still there
 */
export function writeFileAtomic(file: string, text: string): void {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const descriptor = openSync(temporary, 'wx');
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw notWritten(file, error);
  }
  syncDirectory(dirname(file));
}

/**
 * Flags of `open` to append to a file of a run. A run's folder may come from elsewhere: a link in it must not make us write
 * to other files. (0 on Windows, which has no such flag.)
 */
export const APPEND_NO_FOLLOW =
  constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/**
 * Makes a folder of a run, whose own folder is there, if it isn't there. A link in its place could lead anywhere, and is refused.
 * @throws UserError `link-in-run`, `file-not-written`
 */
export function ownFolder(path: string): void {
  try {
    makeDirectory(path);
  } catch (error) {
    throw notWritten(path, error);
  }
  if (!lstatSync(path).isSymbolicLink()) return;
  throw new UserError(`${path} is a link, and would lead out of the run's folder`, {
    code: 'link-in-run',
    hint: 'remove the link, or put the folder that it leads to in its place',
  });
}

/** What to throw when a file or folder of a run can't be written. */
export function notWritten(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  return new UserError(`${path} can't be written: ${messageOf(cause)}`, {
    code: 'file-not-written',
    hint: 'make room on the disk, or see to it that you may write there',
    cause,
  });
}
