import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalWriter } from './journal.js';
import { type RunDirectory, type Summary, readIdentity, writeSummary } from './run-store.js';

/**
 * Ends a run whose process has died: what its journal holds stays, and its summary says why.
 * @param reason how the process ended
 * @param log the end of what the process printed, kept as `worker.log`
 */
export function recordCrash(run: RunDirectory, reason: string, log: string): Summary {
  const identity = readIdentity(run);
  let error = reason;
  if (log) {
    writeFileSync(join(run.path, 'worker.log'), log);
    error += `; what it printed is in ${join(run.path, 'worker.log')}`;
  }
  const summary: Summary = {
    id: run.id,
    name: identity.name,
    status: 'FAILED',
    seed: identity.seed,
    config_hash: identity.config_hash,
    metrics: {},
    epochs: 0,
    steps: 0,
    weights_epoch: 0,
    samples_per_second: 0,
    duration_seconds: (Date.now() - identity.time) / 1000,
    parameters: 0,
    tensorflow: null,
    error,
  };
  writeSummary(run, summary);
  const journal = new JournalWriter(run.journal);
  journal.append({ type: 'state', status: 'FAILED', error });
  journal.close();
  return summary;
}
