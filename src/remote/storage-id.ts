import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { notWritten } from '../tracking/atomic-file.js';

/**
 * What tells a runs directory from all others (32 hex digits, kept in it): two machines that read the same share it.
 * @throws UserError `file-not-written`
 */
export function storageId(runsDirectory: string): string {
  const file = join(runsDirectory, '.storage-id');
  try {
    mkdirSync(runsDirectory, { recursive: true });
    // Whoever comes second finds what the first has written.
    writeFileSync(file, randomBytes(16).toString('hex'), { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw notWritten(file, error);
  }
  return readTextSync(file);
}
