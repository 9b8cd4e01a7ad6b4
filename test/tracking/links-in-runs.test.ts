import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ownFolder, writeFileAtomic } from '../../src/tracking/atomic-file.js';
import { recordCrash } from '../../src/tracking/crash.js';
import { newCursor, saveCursor } from '../../src/tracking/cursor.js';
import { deliverableRun } from '../../src/tracking/deliverable.js';
import { JournalWriter } from '../../src/tracking/journal.js';
import { whileHolding } from '../../src/tracking/run-lock.js';
import type { RunDirectory } from '../../src/tracking/run-store.js';
import { CheckpointWriter } from '../../src/training/checkpoint-files.js';
import { emptyRun, temporaryFolder } from '../support/runs.js';

/** A run of someone else, with a link in it to a file of ours. @returns that file */
function linked(run: RunDirectory, path: string): string {
  const victim = join(temporaryFolder(), 'victim');
  writeFileSync(victim, 'mine');
  const link = join(run.path, path);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(victim, link);
  return victim;
}

it('a linked lock is refused', async () => {
  const run = emptyRun();
  const victim = linked(run, '.lock');
  await expect(whileHolding(run, () => Promise.resolve())).rejects.toThrow(
    expect.objectContaining({ code: 'file-not-written' }) as Error,
  );
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

it('a linked journal is refused', () => {
  const run = emptyRun();
  const victim = linked(run, 'journal.jsonl');
  expect(() => new JournalWriter(run.journal)).toThrow(expect.objectContaining({ code: 'file-not-written' }) as Error);
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

it('a linked file is replaced, and what it leads to stays', () => {
  const run = emptyRun();
  const victims = ['worker.log', 'summary.json', 'artifacts/class_scores.csv'].map((path) => linked(run, path));
  recordCrash(run, 'it died', 'its last words');
  writeFileAtomic(join(run.artifacts, 'class_scores.csv'), 'class');
  expect(readFileSync(join(run.path, 'worker.log'), 'utf8')).toBe('its last words');
  for (const victim of victims) expect(readFileSync(victim, 'utf8')).toBe('mine');
});

it('linked folders are refused', async () => {
  const run = emptyRun();
  const elsewhere = temporaryFolder();
  for (const name of ['artifacts', 'checkpoints', '.sync']) symlinkSync(elsewhere, join(run.path, name));
  const refused = expect.objectContaining({ code: 'link-in-run' }) as Error;
  expect(() => {
    ownFolder(run.artifacts);
  }).toThrow(refused);
  expect(() => {
    saveCursor(deliverableRun(run), newCursor('http://mlflow', 'x'));
  }).toThrow(refused);
  const problems: string[] = [];
  const writer = new CheckpointWriter(run.checkpoints, {
    everySeconds: 1,
    beforehand: () => Promise.resolve(),
    onProblem: (message) => problems.push(message),
  });
  writer.save(1, {} as never);
  await writer.finish();
  expect(problems).toEqual([expect.stringContaining('is a link')]);
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(existsSync(elsewhere)).toBe(true);
});
