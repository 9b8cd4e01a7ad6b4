import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/tracking/journal.js';
import {
  createRun,
  listRuns,
  readIdentity,
  readSummary,
  runDirectory,
  writeSummary,
  type Summary,
} from '../../src/tracking/run-store.js';
import { endedRun, identity, temporaryFolder } from '../support/runs.js';

const SUMMARY: Summary = {
  id: 'a-20261124-061530-0001',
  name: 'a',
  status: 'FINISHED',
  seed: 1,
  config_hash: 'c0ffee',
  metrics: { test_accuracy: 0.5 },
  epochs: 1,
  steps: 10,
  weights_epoch: 1,
  samples_per_second: 100,
  duration_seconds: 2,
  parameters: 3,
  tensorflow: null,
  error: null,
};

function failure(code: string): Error {
  return expect.objectContaining({ name: 'UserError', code }) as Error;
}

/** A runs directory with finished runs of these ids. */
function runsDirectory(...ids: string[]): string {
  const runs = temporaryFolder();
  for (const id of ids) {
    mkdirSync(join(runs, id));
    writeSummary(runDirectory(runs, id), { ...SUMMARY, id });
  }
  return runs;
}

describe('createRun', () => {
  it('makes a directory with the configuration and a journal that says what the run is', () => {
    const runs = join(temporaryFolder(), 'not', 'there');
    const described = identity();
    const run = createRun(runs, described, 'name: baseline\n');
    expect(run.id).toMatch(/^baseline-\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(readFileSync(run.config, 'utf8')).toBe('name: baseline\n');
    expect(readJournal(run.journal)).toMatchObject([{ type: 'run', id: run.id, ...described }]);
    expect(readIdentity(run)).toMatchObject({ id: run.id, ...described });
    expect(readdirSync(run.path).sort()).toEqual(['config.yaml', 'journal.jsonl']);
  });

  it('gives every run a directory of its own, however many begin at once', () => {
    const runs = temporaryFolder();
    const ids = Array.from({ length: 500 }, () => createRun(runs, identity(), '').id);
    expect(new Set(ids).size).toBe(500);
    expect(listRuns(runs).map(({ run }) => run.id)).toEqual(ids.toSorted());
  });

  it.each(['../../escape', 'a/b', '..', '', '.hidden', 'Größe 3×3', '猫', 'x'.repeat(300), '--help'])(
    'makes a plain folder below the runs directory of the name %j',
    (name) => {
      const runs = temporaryFolder();
      const run = createRun(runs, identity({ name }), '');
      expect(readdirSync(runs)).toEqual([run.id]);
      expect(run.id).toMatch(/^\w[\w.-]*$/);
      expect(runDirectory(runs, run.id)).toEqual(run);
    },
  );
});

describe('a summary', () => {
  it('is read as it was written, NaN and infinities included, and leaves no other file', () => {
    const runs = runsDirectory(SUMMARY.id);
    const run = runDirectory(runs, SUMMARY.id);
    const summary = { ...SUMMARY, metrics: { loss: NaN, best_loss: -Infinity, accuracy: 0.1 } };
    writeSummary(run, summary);
    expect(readSummary(run)).toEqual(summary);
    expect(readdirSync(run.path)).toEqual(['summary.json']);
  });

  it('is undefined before it is written', () => {
    const runs = runsDirectory();
    expect(readSummary(runDirectory(runs, 'a'))).toBeUndefined();
  });

  it.each(['', '{', 'null', '[]', '{"id": "a"}'])('that reads %j is an error for the user', (text) => {
    const run = runDirectory(runsDirectory(SUMMARY.id), SUMMARY.id);
    writeFileSync(run.summary, text);
    expect(() => readSummary(run)).toThrow(failure('summary-corrupt'));
  });
});

describe('listRuns', () => {
  it('lists runs by id; one with a bad summary, and one without, hide no other', () => {
    const ids = ['a-20261124-061530-0001', 'a-20261124-061530-0002', 'b-20261124-061530-0003'];
    const runs = runsDirectory(...ids);
    writeFileSync(join(runs, ids[1], 'summary.json'), '{');
    mkdirSync(join(runs, 'c-20261124-061530-0004'));
    mkdirSync(join(runs, '.mlflow'));
    writeFileSync(join(runs, 'notes.txt'), '');
    const listed = listRuns(runs);
    expect(listed.map(({ run }) => run.id)).toEqual([...ids, 'c-20261124-061530-0004']);
    expect(listed.map(({ summary }) => summary?.status)).toEqual(['FINISHED', undefined, 'FINISHED', undefined]);
    expect(listed.map(({ problem }) => problem !== undefined)).toEqual([false, true, false, false]);
  });

  it('finds none where there is no runs directory', () => {
    expect(listRuns(join(temporaryFolder(), 'runs'))).toEqual([]);
  });
});

describe('readIdentity', () => {
  it('is an error for the user when the journal says nothing of the run', () => {
    const run = endedRun();
    writeFileSync(run.journal, '{"type":"params","time":1,"params":{}}\n');
    expect(basename(run.journal)).toBe('journal.jsonl');
    expect(() => readIdentity(run)).toThrow(failure('journal-corrupt'));
  });
});
