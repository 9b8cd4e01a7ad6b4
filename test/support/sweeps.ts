import { type SweepEvent, SweepJournal } from '../../src/sweep/sweep-journal.js';
import { createSweep, type SweepDirectory } from '../../src/sweep/sweep-store.js';
import { temporaryFolder } from './runs.js';

/** What a sweep says of itself when it begins. */
export function sweepEvent(changes: Partial<SweepEvent> = {}): SweepEvent {
  return {
    type: 'sweep',
    id: 'study-sweep',
    name: 'study',
    source: '/study.yaml',
    config_digest: 'c0ffee',
    question: null,
    method: 'grid',
    metric: { name: 'val_accuracy', goal: 'maximize' },
    seeds: [1],
    trials: 1,
    threads: 1,
    force: false,
    ...changes,
  };
}

/** A sweep that has begun, and of which nothing else has happened yet. */
export function newSweep(changes: Omit<Partial<SweepEvent>, 'id'> = {}): SweepDirectory {
  const sweep = createSweep(temporaryFolder(), 'study', 'name: study\n');
  const journal = new SweepJournal(sweep);
  journal.append(sweepEvent({ ...changes, id: sweep.id }));
  journal.close();
  return sweep;
}
