import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSweepRecord, SweepJournal, type SweepJournalEvent } from '../../src/sweep/sweep-journal.js';
import { createSweep, type SweepDirectory } from '../../src/sweep/sweep-store.js';
import { trialKey } from '../../src/sweep/trial.js';
import { temporaryFolder } from '../support/runs.js';
import { sweepEvent } from '../support/sweeps.js';

type TrialOrEnd = Extract<SweepJournalEvent, { type: 'trial' | 'end' }>;

const trials = fc.array(
  fc.record({ cell: fc.nat(3), seed: fc.nat(2), run: fc.stringMatching(/^[a-z]{3}$/), hasEnded: fc.boolean() }),
  { maxLength: 20 },
);

function eventsOf(all: readonly { cell: number; seed: number; run: string; hasEnded: boolean }[]): TrialOrEnd[] {
  return all.map(({ cell: variant, seed, run, hasEnded }) => {
    const trial = { cell: variant, seed, run, label: `a=${variant}` };
    const end = { status: 'FINISHED', value: 0.5, seconds: 1, error: null, reused: false } as const;
    return hasEnded
      ? { type: 'end', values: { a: variant }, ...trial, ...end }
      : { type: 'trial', attempt: 1, ...trial };
  });
}

/** A sweep whose journal is what a process of this version begins. */
function beginning(): { sweep: SweepDirectory; first: string } {
  const sweep = createSweep(temporaryFolder(), 'study', 'name: study\n');
  const journal = new SweepJournal(sweep);
  journal.append(BEGINNING);
  journal.close();
  return { sweep, first: readFileSync(sweep.journal, 'utf8') };
}

const BEGINNING = sweepEvent({ seeds: [0, 1, 2], trials: 12 });

describe("a sweep's journal", () => {
  it('tells of each trial its newest run, whether it continues, and how it ended last', () => {
    fc.assert(
      fc.property(trials, (all) => {
        const { sweep, first } = beginning();
        const events = eventsOf(all);
        writeFileSync(sweep.journal, first + events.map((event) => `${JSON.stringify(event)}\n`).join(''));
        const { runs, open, ends } = readSweepRecord(sweep);
        for (const key of new Set(events.map(({ cell: variant, seed }) => trialKey(variant, seed)))) {
          const own = events.filter(({ cell: variant, seed }) => trialKey(variant, seed) === key);
          expect(runs.get(key)).toBe(own.at(-1)?.run);
          expect(open.has(key)).toBe(own.at(-1)?.type === 'trial');
          expect(ends.get(key)?.run).toBe(own.findLast(({ type }) => type === 'end')?.run);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('loses nothing but the line that was being written when its process was killed, and continues after it', () => {
    fc.assert(
      fc.property(trials, fc.nat(), (all, position) => {
        const { sweep, first } = beginning();
        const lines = eventsOf(all).map((event) => `${JSON.stringify(event)}\n`);
        const cut = Buffer.from(lines.join('')).subarray(0, position % (lines.join('').length + 1));
        writeFileSync(sweep.journal, Buffer.concat([Buffer.from(first), cut]));
        const whole = cut.toString().split('\n').length - 1;
        const journal = new SweepJournal(sweep);
        journal.append({ type: 'prune', run: 'late', reason: 'worse' });
        journal.close();
        expect(readFileSync(sweep.journal, 'utf8').startsWith(first + lines.slice(0, whole).join(''))).toBe(true);
        expect(readSweepRecord(sweep).stoppedEarly.get('late')).toBe('worse');
        expect(readFileSync(sweep.journal, 'utf8').split('\n')).toHaveLength(whole + 3);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['a line that is no JSON', (first: string) => `${first}nonsense\n`, /:2: not a line/],
    ['an event of another version', (first: string) => `${first}{"type":"omen"}\n`, /:2: not a line/],
    ['another beginning', () => '{"type":"state","status":"RUNNING","jobs":1}\n', /doesn't begin with a sweep/],
    ['nothing', () => '', /doesn't begin with a sweep/],
  ])('names the place of %s', (_, change, message) => {
    const { sweep, first } = beginning();
    writeFileSync(sweep.journal, change(first));
    expect(() => readSweepRecord(sweep)).toThrow(message);
  });
});

describe('sweeps on disk', () => {
  it('are apart even when begun in the same second', () => {
    const folder = temporaryFolder();
    const ids = Array.from({ length: 20 }, () => createSweep(folder, 'study', '').id);
    expect(new Set(ids).size).toBe(20);
  });
});
