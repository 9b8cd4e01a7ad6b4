import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findModelFolder } from '../../src/launch/find-model.js';
import { label } from '../../src/launch/tracking/label.js';
import { tagsOf } from '../../src/study/run-rows.js';
import { DeliverableSweep } from '../../src/sweep/deliverable-sweep.js';
import { findModelRun, findSweepOrRun } from '../../src/sweep/find.js';
import { readSweepRecord, SweepJournal } from '../../src/sweep/sweep-journal.js';
import { sweepDirectory } from '../../src/sweep/sweep-store.js';
import { JournalWriter } from '../../src/tracking/journal.js';
import { readLabels } from '../../src/tracking/labels.js';
import { readHistory } from '../../src/tracking/run-history.js';
import { whileHolding } from '../../src/tracking/run-lock.js';
import { runDirectory, writeSummary } from '../../src/tracking/run-store.js';
import { finishedSummary, identity, temporaryFolder } from '../support/runs.js';
import { sweepEvent } from '../support/sweeps.js';

const BASE = ['base-20261124-061530-0001', 'base-20261125-061530-0002'];
const WIDE = 'base-wide-20261123-000000-0003';
const SWEEP = 'pool-sweep-20261126-000000-0004';
const TRIALS = ['pool-20261126-000001-0005', 'pool-20261126-000001-0006'];

/** Two runs of one name, one of a name that begins so, and a sweep of two trials, the second of which is better. */
function runsFolder(): string {
  const runs = temporaryFolder();
  for (const id of [...BASE, WIDE, ...TRIALS]) addRun(runs, id);
  const sweep = sweepDirectory(runs, SWEEP);
  mkdirSync(sweep.path, { recursive: true });
  const journal = new SweepJournal(sweep);
  journal.append(sweepEvent({ id: SWEEP, name: 'pool', trials: 2 }));
  for (const [variant, run] of TRIALS.entries()) {
    const end = { run, status: 'FINISHED' as const, value: variant, seconds: 1, reused: false, error: null };
    journal.append({
      type: 'end',
      cell: variant,
      seed: 1,
      label: `kernel_size=${variant}`,
      values: { cell: variant },
      ...end,
    });
  }
  journal.close();
  return runs;
}

function addRun(runs: string, id: string, status: 'FINISHED' | 'KILLED' = 'FINISHED'): void {
  const run = runDirectory(runs, id);
  mkdirSync(run.path);
  const journal = new JournalWriter(run.journal);
  journal.append({ type: 'run', id, ...identity({ parent: TRIALS.includes(id) ? SWEEP : undefined }) });
  journal.close();
  writeSummary(run, finishedSummary({ id, name: 'x', status }));
}

const idOf = (runs: string, reference: string): string => {
  const found = findSweepOrRun(runs, reference);
  return 'sweep' in found ? found.sweep.id : found.run.id;
};

describe('what a word names', () => {
  it.each([
    ['an id', BASE[0], BASE[0]],
    ['the id of a trial', TRIALS[0], TRIALS[0]],
    ['a name: the newest, not what only begins so', 'base', BASE[1]],
    ['a name with a dash', 'base-wide', WIDE],
    ['a name as the file writes it', 'base wide', WIDE],
    ['the name of a sweep, not of its trials, which are newer', 'pool', SWEEP],
    ['the beginning of one id', 'base-20261124', BASE[0]],
    ['the beginning of a sweep and its trials', 'po', SWEEP],
    ['the end of one id, as tables shorten it', '061530-0002', BASE[1]],
    ['its last four digits', '0004', SWEEP],
    ['the newest of all', 'latest', SWEEP],
  ])('%s', (_, reference, id) => {
    expect(idOf(runsFolder(), reference)).toBe(id);
  });

  it('a path, as it is printed, of whatever runs directory', () => {
    const runs = runsFolder();
    const path = relative(process.cwd(), join(runs, BASE[0]));
    expect(idOf('elsewhere', path)).toBe(BASE[0]);
    expect(findSweepOrRun('elsewhere', `${path}/`)).toEqual({ run: runDirectory(runs, BASE[0]) });
    expect(findSweepOrRun('elsewhere', join(runs, 'sweeps', SWEEP))).toEqual({ sweep: sweepDirectory(runs, SWEEP) });
  });

  it('of a beginning that several have, the error names them, the newest first', () => {
    const failure = {
      code: 'run-ambiguous',
      exitCode: 2,
      message: `"bas" begins 3 ids:\n  ${[BASE[1], BASE[0], WIDE].join('\n  ')}`,
    };
    expect(() => findSweepOrRun(runsFolder(), 'bas')).toThrow(expect.objectContaining(failure));
    expect(() => findSweepOrRun(runsFolder(), 'base-20261124-061530-0001-')).toThrow(
      expect.objectContaining({ code: 'run-not-found' }),
    );
  });

  it('of an end that several have, the error names them', () => {
    const runs = runsFolder();
    addRun(runs, 'pool-20261126-000002-0005');
    const message = '"0005" ends 2 ids:\n  pool-20261126-000002-0005\n  pool-20261126-000001-0005';
    expect(() => findSweepOrRun(runs, '0005')).toThrow(expect.objectContaining({ code: 'run-ambiguous', message }));
    expect(idOf(runs, '000001-0005')).toBe(TRIALS[0]);
  });

  it('what is not there is told with the nearest id or name', () => {
    const failure = (hint: string) =>
      expect.objectContaining({
        code: 'run-not-found',
        exitCode: 2,
        hint: expect.stringContaining(hint) as string,
      }) as Error;
    expect(() => findSweepOrRun(runsFolder(), 'bsae')).toThrow(failure('did you mean base?'));
    expect(() => findSweepOrRun(runsFolder(), `x${BASE[0]}`)).toThrow(failure(`did you mean ${BASE[0]}?`));
    expect(() => findSweepOrRun(runsFolder(), 'zebra')).toThrow(failure('`ablate ls` lists all'));
    expect(() => findSweepOrRun(runsFolder(), 'zebra')).not.toThrow(failure('did you mean'));
    expect(() => findSweepOrRun(temporaryFolder(), 'latest')).toThrow(failure('ablate init'));
  });

  it.each(['', '..', '../other', '/', '.mlflow', '.'])('%j names nothing', (reference) => {
    expect(() => findSweepOrRun(runsFolder(), reference)).toThrow(expect.objectContaining({ code: 'run-not-found' }));
  });

  it('whatever the word, it is found or an error for the user', () => {
    const runs = runsFolder();
    fc.assert(
      fc.property(fc.string(), (reference) => {
        try {
          return idOf(runs, reference) !== '';
        } catch (error) {
          return (error as Error).name === 'UserError';
        }
      }),
    );
  });
});

describe('a name that was given later', () => {
  it('is found, whatever it is made of, and the name before is free', async () => {
    const runs = runsFolder();
    await label(findSweepOrRun(runs, BASE[1]), { name: 'My best: 1', tags: {} });
    await label(findSweepOrRun(runs, SWEEP), { name: 'kernels', tags: {} });
    expect(idOf(runs, 'My best: 1')).toBe(BASE[1]);
    expect(idOf(runs, 'base')).toBe(BASE[0]);
    expect(idOf(runs, 'kernels')).toBe(SWEEP);
    expect(idOf(runs, SWEEP)).toBe(SWEEP);
    writeFileSync(join(runs, BASE[1], 'labels.json'), '{"name": 3}');
    expect(idOf(runs, 'base')).toBe(BASE[1]);
  });

  it('of a trial alone names that trial, not its sweep', async () => {
    const runs = runsFolder();
    await label(findSweepOrRun(runs, TRIALS[0]), { name: 'the narrow one', tags: {} });
    expect(idOf(runs, 'the narrow one')).toBe(TRIALS[0]);
    expect(idOf(runs, 'pool')).toBe(SWEEP);
  });

  it('and tags go to the server by the journals, and take no time of the training', async () => {
    const runs = runsFolder();
    const found = findSweepOrRun(runs, BASE[0]);
    const run = runDirectory(runs, BASE[0]);
    const { seconds } = readHistory(run);
    await label(found, { tags: { team: 'vision', gone: null } });
    await label(found, { name: 'new', tags: { best: 'true' } });
    await label(found, { tags: { team: null } });
    const { tags, seconds: after } = readHistory(run);
    expect({ ...tags }).toEqual({ team: 'vision', best: 'true', 'mlflow.runName': 'new' });
    expect(after).toBe(seconds);
    expect(readLabels(run)).toEqual({ name: 'new', tags: { team: null, gone: null, best: 'true' } });
    expect(tagsOf(found)).toEqual({ best: 'true' });
    const sweep = findSweepOrRun(runs, SWEEP);
    const before = readSweepRecord(sweepDirectory(runs, SWEEP));
    await label(sweep, { tags: { team: 'vision' } });
    expect(tagsOf(sweep)).toEqual({ team: 'vision' });
    const events = new DeliverableSweep(sweepDirectory(runs, SWEEP)).read(0).events;
    expect(events.at(-1)).toMatchObject({ type: 'tags', tags: { team: 'vision' } });
    expect(readSweepRecord(sweepDirectory(runs, SWEEP))).toEqual(before);
  });

  it('is refused while the run is trained', async () => {
    const found = findSweepOrRun(runsFolder(), BASE[0]);
    if (!('run' in found)) throw new Error('a run was expected');
    await whileHolding(found.run, async () => {
      await expect(label(found, { name: 'x', tags: {} })).rejects.toThrow(
        expect.objectContaining({ code: 'run-in-use' }),
      );
    });
  });
});

describe('the model that a word names', () => {
  it('is by name or latest that of the newest finished run', () => {
    const runs = runsFolder();
    addRun(runs, 'base-20261127-000000-0007', 'KILLED');
    expect(idOf(runs, 'base')).toBe('base-20261127-000000-0007');
    expect(findModelRun(runs, 'base').id).toBe(BASE[1]);
    expect(findModelRun(runs, 'latest').id).toBe(TRIALS[1]);
    expect(findModelRun(runs, 'base-20261127').id).toBe('base-20261127-000000-0007');
  });

  it('is of a sweep that of its best run', () => {
    const runs = runsFolder();
    expect(findModelRun(runs, SWEEP).id).toBe(TRIALS[1]);
    expect(findModelRun('elsewhere', join(runs, 'sweeps', SWEEP)).id).toBe(TRIALS[1]);
  });

  it('is the one that lies in a folder, wherever that is', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.json'), '{}');
    expect(findModelFolder(folder, 'runs')).toBe(folder);
    expect(findModelFolder('base', runsFolder())).toMatch(BASE[1]);
  });
});
