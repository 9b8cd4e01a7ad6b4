import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../text/errors.js';

/**
 * Where a path of a trial lies on this machine: the path itself if one of the allowed folders holds it, else what lies at
 * the same place below one of them as it did below the sender's experiment file. Links don't lead out of a folder.
 * @param source the sender's experiment file
 * @throws UserError `data-not-allowed`
 */
export function resolveInRoots(path: string, source: string, roots: readonly string[]): string {
  const below = relative(dirname(source), path);
  const tail = below.startsWith('..') || isAbsolute(below) ? [] : roots.map((root) => join(root, below));
  const found = [...(isAbsolute(path) ? [path] : []), ...tail].find((each) => isWithin(each, roots));
  if (found !== undefined) return found;
  const allowed = roots.length > 0 ? roots.join(', ') : 'none';
  throw new UserError(`${path} isn't in any folder that this worker may read (${allowed})`, {
    code: 'data-not-allowed',
    hint: 'put the data there, or start the worker with `--data-root FOLDER`',
  });
}

function isWithin(path: string, roots: readonly string[]): boolean {
  if (!existsSync(path)) return false;
  const real = realpathSync(path);
  return roots.some((root) => {
    const folder = existsSync(root) ? realpathSync(root) : resolve(root);
    // Slurm's tasks may read all: `/` ends in its own separator.
    return real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  });
}
