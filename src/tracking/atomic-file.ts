import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../errors.js';

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

/** What to throw when a file or folder of a run can't be written. */
export function notWritten(path: string, cause: unknown): UserError {
  return new UserError(`${path} can't be written: ${messageOf(cause)}`, {
    code: 'file-not-written',
    hint: 'make room on the disk, or see to it that you may write there',
    cause,
  });
}

/** Makes the names in a directory durable: a new or renamed file survives a power cut only when its folder is synced. */
export function syncDirectory(directory: string): void {
  // Windows can't open a directory, and needs no such sync.
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
