import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../text/errors.js';

/** Bytes of all files below a folder; links are counted as such, not followed. 0 where it is gone. */
export function folderBytes(path: string): number {
  try {
    return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
      const inner = join(path, entry.name);
      return sum + (entry.isDirectory() ? folderBytes(inner) : lstatSync(inner).size);
    }, 0);
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(codeOf(error) ?? '')) return 0; // removed while we look, or not ours to see
    throw error;
  }
}
