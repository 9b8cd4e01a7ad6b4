import { type Deliverable, deliverableRun } from '../tracking/deliverable.js';
import { runDirectories, runDirectory } from '../tracking/run-store.js';
import { DeliverableSweep } from './deliverable-sweep.js';
import { findSweepOrRun } from './find.js';
import { readSweepRecord } from './sweep-journal.js';
import { sweepDirectory, sweepIds } from './sweep-store.js';

/** All that a server can be brought of a runs directory: the sweeps, then the runs, for parents come before children. */
export function listDeliverables(runsDirectory: string): Deliverable[] {
  return [
    ...sweepIds(runsDirectory).map((id) => new DeliverableSweep(sweepDirectory(runsDirectory, id))),
    ...runDirectories(runsDirectory).map(deliverableRun),
  ];
}

/**
 * What is named, a sweep with all of its runs.
 * @param ids of sweeps and runs, or their beginnings
 * @throws UserError as `findSweepOrRun`
 */
export function findDeliverables(runsDirectory: string, ids: readonly string[]): Deliverable[] {
  const named = ids.map((id) => findSweepOrRun(runsDirectory, id));
  const sweeps = named.flatMap((found) => ('sweep' in found ? [found.sweep] : []));
  const trials = sweeps.flatMap((sweep) => [...readSweepRecord(sweep).runs.values()]);
  const runs = named.flatMap((found) => ('run' in found ? [found.run.id] : []));
  return [
    ...sweeps.map((sweep) => new DeliverableSweep(sweep)),
    ...[...new Set([...trials, ...runs])].map((id) => deliverableRun(runDirectory(runsDirectory, id))),
  ];
}
