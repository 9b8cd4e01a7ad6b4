import { codeOf, UserError, messageOf } from '../text/errors.js';

/** Errors of a disk or of its permissions, which no second try mends. */
const DISK_ERRORS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EIO']);

/**
 * What to throw when writing into the cache has failed: an explanation if the disk is full or not writable, else the
 * error as it is.
 */
export function cacheError(error: unknown, directory: string): unknown {
  const code = codeOf(error) ?? '';
  if (!DISK_ERRORS.has(code)) return error;
  return new UserError(`can't write to the cache ${directory}: ${messageOf(error)}`, {
    code: 'cache-not-writable',
    hint: 'free some space there, or set ABLATE_CACHE to a folder with room that you may write to',
    cause: error,
  });
}
