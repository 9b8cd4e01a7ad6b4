import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { syncDirectory, syncTree } from '../system/directories.js';
import { UserError } from '../text/errors.js';
import { isResumable, readIdentity, readSummary, type RunDirectory, runDirectory } from '../tracking/run-store.js';
import { isOfTrial, type TrialIdentity } from './trial-identity.js';

/**
 * Puts a run that comes from elsewhere into a runs directory, in place of what is there of it: in full, or not at all, after a
 * power cut too. What is over there already stays as it is.
 * @param trial whose run it must be, the one that comes and the one that it replaces
 * @param fill writes its files into a folder; when it fails, nothing has changed
 * @throws UserError `foreign-run`
 */
export async function receiveInto(
  runsDirectory: string,
  id: string,
  trial: TrialIdentity,
  fill: (folder: string) => Promise<void>,
): Promise<RunDirectory> {
  const run = runDirectory(runsDirectory, id);
  if (isKept(run, trial)) return run;
  const fresh = join(runsDirectory, `.new-${randomBytes(8).toString('hex')}`);
  mkdirSync(fresh, { recursive: true });
  try {
    await fill(fresh);
    requireOwn({ ...runDirectory(runsDirectory, basename(fresh)), id }, trial);
    syncTree(fresh);
    moveIn(fresh, run);
    syncDirectory(runsDirectory);
    return run;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Whether a run is there that must stay. */
function isKept(run: RunDirectory, trial: TrialIdentity): boolean {
  if (!existsSync(run.path)) return false;
  requireOwn(run, trial);
  const summary = readSummary(run);
  return summary !== undefined && !isResumable(summary.status);
}

function requireOwn(run: RunDirectory, trial: TrialIdentity): void {
  if (isOfTrial(readIdentity(run), trial) && readIdentity(run).id === run.id) return;
  throw new UserError(`${run.id} is not a run of the trial that it was sent for`, { code: 'foreign-run' });
}

function moveIn(fresh: string, run: RunDirectory): void {
  if (existsSync(run.path)) renameSync(run.path, join(fresh, '.replaced'));
  renameSync(fresh, run.path);
  rmSync(join(run.path, '.replaced'), { recursive: true, force: true });
}
