import { existsSync } from 'node:fs';
import { findRun, runDirectory, type RunDirectory } from '../tracking/run-store.js';
import { findSweep, type SweepDirectory } from './sweep-store.js';

/**
 * The sweep or the run with this id, or the only one whose id begins so.
 * @throws UserError `sweep-ambiguous`, or as `findRun`
 */
export function findSweepOrRun(
  runsDirectory: string,
  idOrPrefix: string,
): { sweep: SweepDirectory } | { run: RunDirectory } {
  const isRun = existsSync(runDirectory(runsDirectory, idOrPrefix).journal);
  const sweep = isRun ? undefined : findSweep(runsDirectory, idOrPrefix);
  return sweep ? { sweep } : { run: findRun(runsDirectory, idOrPrefix) };
}
