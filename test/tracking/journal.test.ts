import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalWriter, readJournal, readJournalFrom, type NewEvent } from '../../src/tracking/journal.js';
import { RUN_STATUSES, type JournalEvent } from '../../src/tracking/journal-events.js';
import { temporaryFolder } from '../support/runs.js';

const text = fc.string({ unit: 'grapheme' });
const texts = fc.dictionary(text, text, { maxKeys: 5 });
const count = fc.nat();
// JSON has no −0, and no metric means one.
const value = fc.double().map((number) => number + 0);
const time = fc.nat();

const event: fc.Arbitrary<JournalEvent> = fc.oneof(
  fc.record(
    {
      type: fc.constant('run' as const),
      time,
      id: text,
      name: text,
      experiment: text,
      seed: fc.integer(),
      config_hash: text,
      versions: texts,
      machine: texts,
      parent: text,
      description: text,
    },
    { requiredKeys: ['type', 'time', 'id', 'name', 'experiment', 'seed', 'config_hash', 'versions', 'machine'] },
  ),
  fc.record({ type: fc.constant('params' as const), time, params: texts }),
  fc.record({ type: fc.constant('tags' as const), time, tags: texts }),
  fc.record(
    {
      type: fc.constant('metrics' as const),
      time,
      step: count,
      epoch: count,
      values: fc.dictionary(text, value, { maxKeys: 5 }),
    },
    { requiredKeys: ['type', 'time', 'step', 'values'] },
  ),
  fc.record({
    type: fc.constant('dataset' as const),
    time,
    name: text,
    digest: text,
    source: text,
    context: text,
    samples: count,
    shape: fc.array(count, { maxLength: 3 }),
    classes: count,
  }),
  fc.record({ type: fc.constant('artifact' as const), time, path: text }),
  fc.record(
    { type: fc.constant('state' as const), time, status: fc.constantFrom(...RUN_STATUSES), error: text },
    { requiredKeys: ['type', 'time', 'status'] },
  ),
);

const POINT: NewEvent = { type: 'metrics', step: 1, values: { loss: 0.5 } };

function write(file: string, events: JournalEvent[]): void {
  const journal = new JournalWriter(file);
  for (const written of events) journal.append(written, written.time);
  journal.close();
}

describe('a journal', () => {
  it('gives back every event that was appended', () => {
    const folder = temporaryFolder();
    let number = 0;
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const file = join(folder, `${number++}.jsonl`);
        write(file, events);
        expect(readJournal(file)).toEqual(events);
      }),
    );
  });

  it('torn at any byte, holds a prefix of its events, and continues after it', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), fc.nat(), event, (events, position, next) => {
        writeFileSync(file, '');
        write(file, events);
        truncateSync(file, position % readFileSync(file).length);
        const survivors = readJournal(file);
        expect(survivors).toEqual(events.slice(0, survivors.length));
        expect(survivors.length).toBeLessThan(events.length);
        write(file, [next]);
        expect(readJournal(file)).toEqual([...survivors, next]);
      }),
    );
  });

  it('survives the zeros that a power cut leaves at its end', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    write(file, [{ ...POINT, time: 1 }]);
    appendFileSync(file, Buffer.alloc(300_000));
    write(file, [{ ...POINT, time: 2 }]);
    expect(readJournal(file).map(({ time }) => time)).toEqual([1, 2]);
  });

  it('keeps NaN and infinities', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    const values = { a: NaN, b: Infinity, c: -Infinity, d: 5e-324, e: Number.MAX_VALUE };
    write(file, [{ type: 'metrics', time: 1, step: 0, values }]);
    expect(readJournal(file)).toEqual([{ type: 'metrics', time: 1, step: 0, values }]);
  });

  it('stamps events with the time in integer milliseconds', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    const before = Date.now();
    const journal = new JournalWriter(file);
    journal.append(POINT);
    journal.close();
    const [{ time: stamped }] = readJournal(file);
    expect(Number.isInteger(stamped)).toBe(true);
    expect(stamped).toBeGreaterThanOrEqual(before);
  });
});

describe('reading on from an offset', () => {
  it('gives each event once, however the journal grows meanwhile', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 4 }), { maxLength: 6 }), (portions) => {
        writeFileSync(file, '');
        let offset = 0;
        for (const portion of portions) {
          write(file, portion);
          const chunk = readJournalFrom(file, offset);
          expect(chunk.events).toEqual(portion);
          offset = chunk.offset;
        }
        expect(readJournalFrom(file, offset)).toEqual({ events: [], offset });
      }),
    );
  });

  it('takes lines that are longer than what it reads at a time, and journals of many such reads', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    const long = { type: 'tags' as const, time: 1, tags: { long: 'é'.repeat(400_000) } };
    const events = [long, ...Array.from({ length: 20_000 }, (_, time) => ({ ...POINT, time })), long];
    const journal = new JournalWriter(file);
    for (const written of events) journal.append(written, written.time);
    journal.close();
    expect(readJournal(file)).toEqual(events);
  });
});

describe('a journal that is damaged', () => {
  const damages: [string, string][] = [
    ['no JSON', '{"type":"state","time":1,'],
    ['no object', '[]'],
    ['of an unknown type', '{"type":"toString","time":1}'],
    ['without a time', '{"type":"params","params":{}}'],
    ['with a fractional time', '{"type":"params","time":1.5,"params":{}}'],
    ['with a field of another type', '{"type":"params","time":1,"params":{"a":1}}'],
    ['with a value that is no number', '{"type":"metrics","time":1,"step":1,"values":{"a":"high"}}'],
    ['with an unknown status', '{"type":"state","time":1,"status":"DONE"}'],
  ];

  it.each(damages)('names the line that is %s', (_, line) => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    const good = '{"type":"params","time":1,"params":{}}';
    writeFileSync(file, [good, good, line, good, ''].join('\n'));
    const failure = expect.objectContaining({ name: 'UserError', code: 'journal-corrupt' }) as Error;
    expect(() => readJournal(file)).toThrow(failure);
    expect(() => readJournal(file)).toThrow(`${file}:3: `);
    const { offset } = readJournalFrom(writeGood(file, good), 0);
    writeFileSync(file, [good, good, line, ''].join('\n'));
    expect(() => readJournalFrom(file, offset)).toThrow(`${file}:3: `);
  });

  it('is no crash when it is missing', () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    const failure = expect.objectContaining({ name: 'UserError', code: 'journal-not-found' }) as Error;
    expect(() => readJournal(file)).toThrow(failure);
  });

  function writeGood(file: string, line: string): string {
    writeFileSync(file, `${line}\n${line}\n`);
    return file;
  }
});
