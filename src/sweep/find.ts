import { existsSync } from 'node:fs';
import { newestInterruptedRun } from '../tracking/interruption.js';
import { findRun, readIdentity, runDirectory, type RunDirectory, startOf } from '../tracking/run-store.js';
import { isInterrupted, readSweepState } from './sweep-state.js';
import { findSweep, sweepDirectory, type SweepDirectory, sweepIds } from './sweep-store.js';

/** A sweep, or a run. */
export type Found = { sweep: SweepDirectory } | { run: RunDirectory };

/**
 * The sweep or the run with this id, or the only one whose id begins so.
 * @throws UserError `sweep-ambiguous`, or as `findRun`
 */
export function findSweepOrRun(runsDirectory: string, idOrPrefix: string): Found {
  const isRun = existsSync(runDirectory(runsDirectory, idOrPrefix).journal);
  const sweep = isRun ? undefined : findSweep(runsDirectory, idOrPrefix);
  return sweep ? { sweep } : { run: findRun(runsDirectory, idOrPrefix) };
}

/** The newest run or sweep that was cut short, and that no process goes on with now; of a trial, its sweep. */
export async function newestInterrupted(runsDirectory: string): Promise<Found | undefined> {
  const sweep = await newestInterruptedSweep(runsDirectory);
  const run = await newestInterruptedRun(runsDirectory);
  if (!run || !sweep) return run ? { run } : sweep && { sweep };
  return readIdentity(run).parent === sweep.id || startOf(run.id) < startOf(sweep.id) ? { sweep } : { run };
}

/** The sweep that was begun last, finished or not. */
export function newestSweep(runsDirectory: string): SweepDirectory | undefined {
  const id = sweepIds(runsDirectory).at(-1);
  return id === undefined ? undefined : sweepDirectory(runsDirectory, id);
}

async function newestInterruptedSweep(runsDirectory: string): Promise<SweepDirectory | undefined> {
  for (const id of sweepIds(runsDirectory).reverse()) {
    const sweep = sweepDirectory(runsDirectory, id);
    if (isInterrupted(await readSweepState(sweep))) return sweep;
  }
  return undefined;
}
