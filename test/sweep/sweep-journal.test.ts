import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readSweepRecord,
  SweepJournal,
  type SweepEvent,
  type SweepJournalEvent,
} from '../../src/sweep/sweep-journal.js';
import { createSweep } from '../../src/sweep/sweep-store.js';
import { temporaryFolder } from '../support/runs.js';

const BEGUN: SweepEvent = {
  type: 'sweep',
  id: 'kernels-sweep-20261124-100000-0000',
  name: 'kernels',
  source: '/study.yaml',
  config_digest: 'c0ffee',
  question: null,
  method: 'grid',
  metric: { name: 'val_accuracy', goal: 'maximize' },
  seeds: [1, 2],
  trials: 8,
  threads: 1,
  force: false,
};

const place = { cell: fc.nat(3), seed: fc.constantFrom(1, 2), label: fc.constant('a=1') };
const later: fc.Arbitrary<SweepJournalEvent> = fc.oneof(
  fc.record({ type: fc.constant('trial' as const), ...place, run: fc.uuid(), attempt: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    type: fc.constant('end' as const),
    ...place,
    values: fc.constant({ a: 1 }),
    run: fc.uuid(),
    status: fc.constantFrom('FINISHED' as const, 'KILLED' as const, 'FAILED' as const),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    seconds: fc.nat(),
    error: fc.option(fc.string()),
    reused: fc.boolean(),
  }),
  fc.record({ type: fc.constant('prune' as const), run: fc.uuid(), reason: fc.string() }),
  fc.record({
    type: fc.constant('state' as const),
    status: fc.constantFrom('RUNNING' as const, 'KILLED' as const),
    jobs: fc.nat(8),
  }),
);

function write(sweep: ReturnType<typeof createSweep>, events: SweepJournalEvent[]): void {
  const journal = new SweepJournal(sweep);
  for (const event of events) journal.append(event);
  journal.close();
}

describe("a sweep's journal", () => {
  it('cut off at any byte, tells what its whole lines told, and can be written on', () => {
    const folder = temporaryFolder();
    fc.assert(
      fc.property(fc.array(later, { maxLength: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (events, share) => {
        const sweep = createSweep(folder, 'kernels', 'name: kernels\n');
        write(sweep, [BEGUN, ...events]);
        const bytes = readFileSync(sweep.journal);
        const first = bytes.indexOf(10) + 1;
        const cut = first + Math.floor(share * (bytes.length - first));
        const whole = bytes.subarray(0, cut).toString().split('\n').length - 2;
        writeFileSync(sweep.journal, bytes.subarray(0, cut));
        const told = readSweepRecord(sweep);
        const last: SweepJournalEvent = { type: 'prune', run: 'the last', reason: 'to be found' };
        write(sweep, [last]);
        const reference = createSweep(folder, 'kernels', 'name: kernels\n');
        write(reference, [BEGUN, ...events.slice(0, whole)]);
        const expected = readSweepRecord(reference);
        expect({ ends: told.ends.size, runs: told.runs, pruned: told.pruned }).toEqual({
          ends: expected.ends.size,
          runs: expected.runs,
          pruned: expected.pruned,
        });
        expect(readSweepRecord(sweep).pruned.get('the last')).toBe('to be found');
      }),
      { numRuns: 40 },
    );
  });

  it('names the line that is damaged', () => {
    const sweep = createSweep(temporaryFolder(), 'kernels', 'name: kernels\n');
    write(sweep, [BEGUN]);
    writeFileSync(sweep.journal, `${readFileSync(sweep.journal, 'utf8')}{"type":"nonsense"}\n`);
    expect(() => readSweepRecord(sweep)).toThrow(/journal\.jsonl:2: not a line of a sweep's journal/);
  });
});
