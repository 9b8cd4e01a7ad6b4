import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.js';
import { JournalWriter } from './journal.js';
import { readHistory } from './run-history.js';
import { type RunDirectory, type Summary, readIdentity, writeSummary } from './run-store.js';

/**
 * Ends a run whose process has died: what its journal holds stays, its summary says how far it came and why it ended.
 * @param reason how the process ended
 * @param log the end of what the process printed, kept as `worker.log`
 */
export function recordCrash(run: RunDirectory, reason: string, log: string): Summary {
  let error = reason;
  if (log) {
    writeFileAtomic(join(run.path, 'worker.log'), log);
    error += `; what it printed is in ${join(run.path, 'worker.log')}`;
  }
  const journal = new JournalWriter(run.journal);
  journal.append({ type: 'state', status: 'FAILED', error });
  journal.close();
  const summary: Summary = { ...summaryOfJournal(run), status: 'FAILED', error, crashed: true };
  writeSummary(run, summary);
  return summary;
}

/**
 * Writes the summary of a run anew, by what its journal says, where it is damaged.
 * @param parameters of its model, which the journal doesn't tell
 * @returns undefined for a run that its journal doesn't end: it was interrupted
 */
export function restoreSummary(run: RunDirectory, parameters: number): Summary | undefined {
  const last = readHistory(run).states.at(-1);
  if (!last || last.status === 'RUNNING') return undefined;
  const { status, error = null } = last;
  const summary: Summary = { ...summaryOfJournal(run), parameters, status, error };
  writeSummary(run, summary);
  return summary;
}

/** What a run's journal says of how far it came. */
function summaryOfJournal(run: RunDirectory): Omit<Summary, 'status' | 'error'> {
  const identity = readIdentity(run);
  const { metrics, datasets, tags, seconds } = readHistory(run);
  const last = Object.entries(metrics).map(([name, points]) => ({ name, ...points[points.length - 1] }));
  const values = Object.fromEntries(last.map(({ name, value }) => [name, value]));
  const { samples_per_second: samplesPerSecond = 0, ...scores } = values as Partial<Record<string, number>>;
  const epochs = Math.max(0, ...last.map(({ epoch = 0 }) => epoch));
  return {
    id: run.id,
    name: identity.name,
    seed: identity.seed,
    config_hash: identity.config_hash,
    dataset_digest: datasets.at(0)?.digest,
    metrics: scores as Record<string, number>,
    epochs,
    steps: Math.max(0, ...last.map(({ step }) => step)),
    weights_epoch: epochs,
    samples_per_second: samplesPerSecond,
    duration_seconds: seconds,
    parameters: 0,
    tensorflow: tags.engine ? { version: tags.engine, device: tags.device } : null,
  };
}
