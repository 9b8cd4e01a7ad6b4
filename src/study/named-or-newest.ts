import { UserError } from '../text/errors.js';
import { ablate } from '../system/shell.js';
import { newestSweep } from '../sweep/find.js';

/** What a user names of sweeps and runs; the newest sweep if nothing is named. @throws UserError `nothing-to-compare` */
export function namedOrNewest(names: readonly string[], runsDirectory: string): readonly string[] {
  if (names.length > 0) return names;
  const sweep = newestSweep(runsDirectory);
  if (sweep) return [sweep.id];
  throw new UserError(`there is no sweep in ${runsDirectory}`, {
    code: 'nothing-to-compare',
    hint: `name the runs to compare, as \`${ablate('ls')}\` lists them, or run a sweep; \`${ablate('init', '--template', 'sweep')}\` writes one`,
    exitCode: 2,
  });
}
