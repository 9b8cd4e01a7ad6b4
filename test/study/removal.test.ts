import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age as readAge } from '../../src/launch/options/parsers.js';
import { removalText } from '../../src/display/removal.js';
import { diskUse } from '../../src/study/disk-use.js';
import { planRemoval, type Removable, startTime, withTrials } from '../../src/study/removal.js';
import { readRunRows } from '../../src/study/run-rows.js';
import { removeFolder } from '../../src/tracking/remove-folder.js';
import { whileHolding } from '../../src/tracking/run-lock.js';
import { createRun } from '../../src/tracking/run-store.js';
import { append, endedRun, identity, journalStart, writeFiles } from '../support/runs.js';

const id = (name: string): string => `${name}-20261124-061530-0001`;
const item = (name: string, ...needs: string[]): Removable => ({
  ...{ id: id(name), path: `/runs/${id(name)}`, bytes: 1000, isSweep: name.endsWith('-sweep') },
  needs: needs.map(id),
});

/** A sweep of two trials; b began from the weights of a, and c from b's. */
const ALL = [item('s-sweep', 't', 'u'), item('t'), item('u'), item('a'), item('b', 'a'), item('c', 'b')];

function plan(names: string[], options: { held?: string[]; force?: boolean } = {}): [string[], string[]] {
  const held = new Set((options.held ?? []).map(id));
  const { removed, kept } = planRemoval(ALL, new Set(names.map(id)), { held, force: options.force ?? false });
  const short = (each: { id: string }): string => each.id.replace(id(''), '');
  return [removed.map(short), kept.map(short).sort()];
}

describe('what can be removed', () => {
  it.each([
    [['c'], {}, ['c'], []],
    [['a'], {}, [], ['a']],
    [['a', 'b', 'c'], {}, ['a', 'b', 'c'], []],
    [['a', 'b'], {}, [], ['a', 'b']],
    [['t'], {}, [], ['t']],
    [['s-sweep', 't', 'u'], {}, ['s-sweep', 't', 'u'], []],
    [['a', 't'], { force: true }, ['t', 'a'], []],
    [['a', 'b', 'c'], { held: ['c'] }, [], ['a', 'b', 'c']],
    [['a', 'b', 'c'], { held: ['c'], force: true }, ['a'], ['b', 'c']],
    [['t', 'u'], { held: ['s-sweep'], force: true }, [], ['t', 'u']],
  ])('of %j with %j: %j goes, %j stays', (names, options, removed, kept) => {
    const [gone, stays] = plan(names, options);
    expect([[...gone].sort(), stays]).toEqual([[...removed].sort(), kept]);
  });

  it('never leaves what refers to something that went, nor takes what is trained', () => {
    const names = ['s-sweep', 't', 'u', 'a', 'b', 'c'];
    const some = fc.subarray(names);
    fc.assert(
      fc.property(some, some, (wanted, held) => {
        const [gone, stays] = plan(wanted, { held });
        expect([...gone, ...stays].sort()).toEqual([...wanted].sort());
        expect(gone.filter((name) => held.includes(name))).toEqual([]);
        const left = ALL.filter((each) => !gone.map(id).includes(each.id));
        expect(left.flatMap(({ needs }) => needs).filter((need) => gone.map(id).includes(need))).toEqual([]);
      }),
    );
  });

  it('tells what goes and why the rest stays', () => {
    const text = removalText(
      planRemoval(ALL, new Set([id('a'), id('c')]), { held: new Set(), force: false }),
      'to be removed',
    );
    expect(text).toContain(`${id('c')}  run   1.00 kB\n`);
    expect(text).toContain(`${id('a')}  ${id('b')} refers to it\n`);
  });

  it('knows ages', () => {
    expect(['90m', '1.5h', '30d', '2w'].map((age) => readAge(age) / 3.6e6)).toEqual([1.5, 1.5, 720, 336]);
    for (const age of ['30', 'd', '-1d', '1y', '1d2']) {
      expect(() => readAge(age)).toThrow(/Expected a number with m, h, d or w/);
    }
    expect(startTime(id('a'))).toBe(new Date(2026, 10, 24, 6, 15, 30).getTime());
  });
});

describe('the runs of a folder', () => {
  it('know the runs that they began from, and their sweep; their folders are measured', async () => {
    const first = endedRun();
    const runs = dirname(first.path);
    const tuned = createRun(runs, identity({ parent: id('s-sweep') }), '');
    journalStart(tuned);
    append(tuned, (journal) => {
      journal.append({
        type: 'params',
        params: { 'training.initial_weights': `${first.model}#sha256=${'0'.repeat(64)}` },
      });
      journal.append({ type: 'tags', tags: { trains_on: 'older' } });
    });
    writeFiles(tuned, { 'checkpoints/a': 'x'.repeat(500), 'last.checkpoint': 'x'.repeat(40) });
    mkdirSync(join(runs, 'mlflow'));
    const rows = await readRunRows(runs);
    const row = rows.find(({ run }) => run.id === tuned.id);
    expect(row?.needs).toEqual([first.id, 'older']);
    expect([...withTrials(new Set([id('s-sweep')]), rows)]).toEqual([id('s-sweep'), tuned.id]);
    const [use] = diskUse(runs, rows);
    expect(use).toMatchObject({ name: 'baseline', runs: 2, models: 9, checkpoints: 540 });
    expect(use.total).toBe(use.models + use.checkpoints + use.other);
  });

  it('are removed whole, but for one that a process trains', async () => {
    const run = endedRun();
    const runs = dirname(run.path);
    await whileHolding(run, async () => {
      await expect(removeFolder(run, runs)).rejects.toThrow(expect.objectContaining({ code: 'run-in-use' }));
    });
    expect(existsSync(run.summary)).toBe(true);
    await removeFolder(run, runs);
    expect(readdirSync(runs)).toEqual([]);
  });
});
