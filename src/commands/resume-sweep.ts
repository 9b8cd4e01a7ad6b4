import { UserError } from '../errors.js';
import { readSweepRecord } from '../sweep/sweep-journal.js';
import { configDigest, type SweepDirectory } from '../sweep/sweep-store.js';
import { loadAll } from './experiment-arguments.js';
import type { SweepOptions } from './sweep-options.js';
import { trainAll } from './train.js';

/**
 * Goes on with a sweep: what is done stays, what was cut short or failed is gone on with, what is missing is trained.
 * @throws UserError `sweep-changed` when its configuration isn't what it began with
 */
export async function resumeSweep(sweep: SweepDirectory, options: SweepOptions): Promise<void> {
  const { begun } = readSweepRecord(sweep);
  if (configDigest(sweep) !== begun.config_digest) throw changed(sweep);
  await trainAll(await loadAll({ files: [sweep.config], overrides: [] }), options, { existing: sweep });
}

function changed({ id, config }: SweepDirectory): UserError {
  return new UserError(`${config} is not what sweep ${id} began with`, {
    code: 'sweep-changed',
    hint: `undo that to go on, or begin a new sweep, which takes over the runs that are the same: ablate run ${config}`,
    exitCode: 2,
  });
}
