import { closeSync, fsync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../text/errors.js';

/** Makes the names in a directory durable: a new or renamed file survives a power cut only when its folder is synced. */
export function syncDirectory(directory: string): void {
  // Windows can't open a directory, and needs no such sync.
  if (process.platform !== 'win32') syncFile(directory, 'r');
}

/** Likewise, off this thread. */
export async function syncDirectoryInBackground(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    await promisify(fsync)(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a directory durable with all that it holds. */
export function syncTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncFile(path);
  }
  syncDirectory(directory);
}

/**
 * Makes a directory that survives a power cut, unless it is there.
 * @throws Error `ENOENT` when what it lies in isn't there: it was removed, and isn't to come back empty
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Likewise with all that it lies in. */
export function makeDirectories(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    syncDirectory(folder);
    if (folder === top) return;
  }
}

/** @param flags Windows syncs only what is opened to write */
function syncFile(path: string, flags = 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
