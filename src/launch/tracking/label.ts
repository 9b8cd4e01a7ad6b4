import type { Found } from '../../sweep/find.js';
import { SweepJournal } from '../../sweep/sweep-journal.js';
import { addLabels, type Labels, NAME_TAG } from '../../tracking/labels.js';
import { JournalWriter, readJournal } from '../../tracking/journal.js';
import { whileHolding } from '../../tracking/run-lock.js';

/**
 * Names or tags a run or a sweep that no process writes.
 * @throws UserError `run-in-use`, `file-not-written`, `journal-not-written`
 */
export async function label(found: Found, labels: Labels): Promise<void> {
  const folder = 'sweep' in found ? found.sweep : found.run;
  const given = Object.entries(labels.tags).filter((entry): entry is [string, string] => entry[1] !== null);
  const tags = { ...Object.fromEntries(given), ...(labels.name === undefined ? {} : { [NAME_TAG]: labels.name }) };
  await whileHolding(
    folder,
    () => {
      if (given.length > 0 || labels.name !== undefined) journal(found, tags);
      addLabels(folder, labels);
      return Promise.resolve();
    },
    process.pid,
  );
}

function journal(found: Found, tags: Record<string, string>): void {
  if ('sweep' in found) {
    const sweep = new SweepJournal(found.sweep);
    sweep.append({ type: 'tags', tags });
    sweep.close();
    return;
  }
  // At the time of the last event: what passes between a run's events counts as its training.
  const last = readJournal(found.run.journal).at(-1);
  const run = new JournalWriter(found.run.journal);
  run.append({ type: 'tags', tags }, last?.time);
  run.close();
}
