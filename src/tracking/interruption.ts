import { existsSync } from 'node:fs';
import { holderOf } from './run-lock.js';
import { byTime, type ListedRun, listRuns, type RunDirectory } from './run-store.js';

/** The newest run that was interrupted, and that no process trains now; undefined when there is none. */
export async function newestInterruptedRun(runsDirectory: string): Promise<RunDirectory | undefined> {
  for (const listed of listRuns(runsDirectory).sort(byTime).reverse()) {
    if (wasInterrupted(listed) && !(await holderOf(listed.run))) return listed.run;
  }
  return undefined;
}

/**
 * What failed by itself before it trained would fail again; what failed later (a full disk) has left a checkpoint. A process
 * that died says nothing of the run.
 */
function wasInterrupted({ run, summary }: ListedRun): boolean {
  if (summary?.status === 'FAILED') return summary.crashed === true || existsSync(run.checkpoints);
  return summary === undefined || summary.status === 'KILLED';
}
