import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RunDirectory, runDirectory } from '../tracking/run-store.js';

/**
 * Puts a run that comes from elsewhere into a runs directory, in place of what is there of it: in full, or not at all.
 * @param fill writes its files into a folder; when it fails, nothing has changed
 */
export async function receiveInto(
  runsDirectory: string,
  id: string,
  fill: (folder: string) => Promise<void>,
): Promise<RunDirectory> {
  const fresh = join(runsDirectory, `.new-${randomBytes(8).toString('hex')}`);
  mkdirSync(fresh, { recursive: true });
  try {
    await fill(fresh);
    return moveIn(fresh, runDirectory(runsDirectory, id));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function moveIn(fresh: string, run: RunDirectory): RunDirectory {
  if (existsSync(run.path)) renameSync(run.path, join(fresh, '.replaced'));
  renameSync(fresh, run.path);
  rmSync(join(run.path, '.replaced'), { recursive: true, force: true });
  return run;
}
