import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import type { Cifar10 } from '../../src/config/schema/experiment.generated.js';
import { cifar10 } from '../../src/data/sources/cifar10.js';
import { fileDigest } from '../../src/data/digest.js';
import { readImageFile } from '../../src/data/images/folder-decoding.js';
import { MappedFile } from '../../src/data/mapped-file.js';
import { takeFileLock } from '../../src/system/file-lock.js';
import { readTrainedModel } from '../../src/inference/trained-model.js';
import { digestOfModel } from '../../src/model/digest.js';
import { loadModel } from '../../src/model/save.js';
import { readRegularFile, readRegularFileSync } from '../../src/system/regular-file.js';
import { readPredictions } from '../../src/study/artifacts.js';
import { JournalWriter, readJournal } from '../../src/tracking/journal.js';
import { listRuns } from '../../src/tracking/run-store.js';
import { newestCheckpoint } from '../../src/training/checkpoint-files.js';

const directory = mkdtempSync(join(tmpdir(), 'ablate-regular-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A folder in which every name given is a pipe that nobody writes to. */
function pipes(name: string, ...files: string[]): string {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  execFileSync(
    'mkfifo',
    files.map((file) => join(folder, file)),
  );
  return folder;
}

it('reads a file of exactly the limit, also through a link, and none of a byte more', async () => {
  const file = join(directory, 'three');
  writeFileSync(file, 'abc');
  symlinkSync(file, join(directory, 'link'));
  expect((await readRegularFile(join(directory, 'link'), 3)).toString()).toBe('abc');
  expect(readRegularFileSync(join(directory, 'link'), 3).toString()).toBe('abc');
  await expect(readRegularFile(file, 2)).rejects.toThrow('takes 3 bytes');
  expect(() => readRegularFileSync(file, 2)).toThrow('takes 3 bytes');
});

it('reads an empty file, and one of several pieces', () => {
  const contents = Buffer.alloc(2 ** 21 + 17, 'ablate ');
  writeFileSync(join(directory, 'large'), contents);
  writeFileSync(join(directory, 'empty'), '');
  expect(readRegularFileSync(join(directory, 'large'), contents.length).equals(contents)).toBe(true);
  expect(readRegularFileSync(join(directory, 'empty'), 0)).toHaveLength(0);
});

it('counts what it reads where the size is told as 0', async () => {
  await expect(readRegularFile('/proc/self/maps', 10)).rejects.toThrow('takes more than 10 bytes');
  expect(() => readRegularFileSync('/proc/self/maps', 10)).toThrow('takes more than 10 bytes');
});

it('refuses devices, pipes and folders as images, without waiting for them', async () => {
  const pipe = join(pipes('image', 'pipe.png'), 'pipe.png');
  for (const path of ['/dev/zero', '/dev/urandom', pipe, directory]) {
    await expect(readImageFile(path)).rejects.toThrow('not a regular file');
  }
});

describe('a pipe in the place of', () => {
  it('a model or its weights is refused', async () => {
    const folder = pipes('model', 'model.json', 'weights.bin');
    expect(() => digestOfModel(folder)).toThrow('not a regular file');
    expect(() => readTrainedModel(folder)).toThrow('not a regular file');
    await expect(loadModel(folder)).rejects.toThrow('not a regular file');
    rmSync(join(folder, 'model.json'));
    const topology = { modelTopology: {}, weightsManifest: [{ paths: ['weights.bin'], weights: [] }] };
    writeFileSync(join(folder, 'model.json'), JSON.stringify(topology));
    await expect(loadModel(folder)).rejects.toThrow('not a regular file');
  });

  it("a file of a run is the run's problem alone", async () => {
    const run = pipes('runs/baseline-20261124-061530-3f9a', 'summary.json', 'journal.jsonl', '.lock');
    expect(listRuns(join(directory, 'runs')).map(({ problem }) => problem)).toEqual([
      expect.stringContaining('not a regular file'),
    ]);
    expect(() => readJournal(join(run, 'journal.jsonl'))).toThrow('not a regular file');
    expect(() => new JournalWriter(join(run, 'journal.jsonl'))).toThrow('not a regular file');
    await expect(takeFileLock(join(run, '.lock'))).rejects.toThrow();
    expect(readPredictions(pipes('predicted/artifacts', 'test_predictions.csv'))).toBeNull();
  });

  it('a checkpoint is told, and the one before is taken', async () => {
    const problems: string[] = [];
    const folder = pipes('checkpoints', 'step-0000000009.checkpoint');
    await newestCheckpoint(
      folder,
      () => undefined,
      (message) => problems.push(message),
    );
    expect(problems).toEqual([expect.stringContaining('not a regular file')]);
  });

  it('an experiment or a dataset is refused', async () => {
    const folder = pipes('data', 'experiment.yaml', 'cifar-10-binary.tar.gz', 'images.bin');
    expect(() => loadExperiment(join(folder, 'experiment.yaml'))).toThrow('is not a file');
    expect(() => loadExperiment('/dev/zero')).toThrow('is not a file');
    const config = { name: 'cifar10' as const, path: 'cifar-10-binary.tar.gz' } as Cifar10;
    await expect(cifar10.describe(config, { baseDirectory: folder })).rejects.toThrow('regular file');
    expect(() => new MappedFile(join(folder, 'images.bin'))).toThrow('not a regular file');
    await expect(fileDigest(join(folder, 'images.bin'), 'sha256', 1, {})).rejects.toThrow('not a regular file');
  });
});
