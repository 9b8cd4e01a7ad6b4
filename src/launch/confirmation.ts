import { configHash } from '../config/hash.js';
import { loadExperiment } from '../config/load.js';
import { foldsOf } from '../config/variants/sweep.js';
import { UserError } from '../text/errors.js';
import { ablate } from '../system/shell.js';
import { readSweepRecord } from '../sweep/sweep-journal.js';
import { recordedResults } from '../sweep/results.js';
import { findSweepOrRun } from '../sweep/find.js';
import { readIdentity, runDirectory } from '../tracking/run-store.js';

/** Seeds of each variant: enough to tell a difference of a few standard deviations. */
const SEEDS = 5;

/** A sweep as `ablate sweep` takes it. */
interface Confirmation {
  file: string;
  overrides: string[];
}

/**
 * The sweep that confirms what another has found: its best variant against the experiment as it is written (or, where
 * that is the best, against the second), each with the same seeds, which had no part in choosing it.
 * @throws UserError `not-a-sweep`, `nothing-to-confirm`, as `findSweepOrRun`
 */
export function confirmationOf(runsDirectory: string, reference: string): Confirmation {
  const found = findSweepOrRun(runsDirectory, reference);
  if (!('sweep' in found)) throw noSweep(found.run.id);
  const { sweep } = found;
  const record = readSweepRecord(sweep);
  const [best, ...others] = recordedResults(record)
    .ranked()
    .filter(({ n }) => n > 0);
  const run = (best as typeof best | undefined)?.trials.find(({ value }) => value !== null)?.run;
  if (run === undefined) throw nothingToConfirm(sweep.id);
  const hash = readIdentity(runDirectory(runsDirectory, run)).config_hash;
  const { config } = loadExperiment(sweep.config);
  const isAsWritten = hash === configHash(config);
  // Of a cross-validation as many runs have one of the seeds that a sweep names.
  const first = Math.floor(Math.max(...record.begun.seeds) / (foldsOf(config) ?? 1)) + 1;
  const include = (isAsWritten ? others.slice(0, 1) : [best]).map(({ values }) => values);
  return {
    file: sweep.config,
    overrides: [
      'sweep.method=grid',
      'sweep.parameters={}',
      'sweep.zip=[]',
      'sweep.exclude=[]',
      `sweep.include=${JSON.stringify(include)}`,
      `sweep.seeds=${JSON.stringify(Array.from({ length: SEEDS }, (_, i) => first + i))}`,
      'sweep.run_cap=null',
      'sweep.early_terminate=null',
    ],
  };
}

function noSweep(run: string): UserError {
  return new UserError(`${run} is a run, not a sweep`, {
    code: 'not-a-sweep',
    hint: `\`${ablate('ls')}\` lists the sweeps`,
    exitCode: 2,
  });
}

function nothingToConfirm(id: string): UserError {
  return new UserError(`no trial of ${id} has finished: there is nothing to confirm`, {
    code: 'nothing-to-confirm',
    hint: `\`${ablate('show', id)}\` says what became of them`,
    exitCode: 2,
  });
}
