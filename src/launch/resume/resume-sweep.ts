import { UserError } from '../../text/errors.js';
import { readSweepRecord } from '../../sweep/sweep-journal.js';
import { configDigest, type SweepDirectory } from '../../sweep/sweep-store.js';
import { type CheckedExperiment, loadAll } from '../experiment-arguments.js';
import { ablate } from '../../system/shell.js';

/**
 * The experiment of a sweep that is resumed: what is done stays, what was interrupted or failed is resumed, what is
 * missing is trained.
 * @throws UserError `sweep-changed` when its configuration isn't what it began with
 */
export async function sweepAsItBegan(sweep: SweepDirectory): Promise<CheckedExperiment> {
  const { begun } = readSweepRecord(sweep);
  if (configDigest(sweep) !== begun.config_digest) throw changed(sweep);
  const [experiment] = await loadAll({ files: [sweep.config], overrides: [], begun });
  return experiment;
}

function changed({ id, config }: SweepDirectory): UserError {
  return new UserError(`${config} is not what sweep ${id} began with`, {
    code: 'sweep-changed',
    hint: `undo that to continue, or begin a new sweep, which takes over the runs that are the same: ${ablate('run', config)}`,
    exitCode: 2,
  });
}
