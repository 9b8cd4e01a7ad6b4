import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordCrash } from '../../src/tracking/crash.js';
import { readHistory } from '../../src/tracking/run-history.js';
import { readSummary } from '../../src/tracking/run-store.js';
import { START, append, emptyRun, journalEpochs, journalStart } from '../support/runs.js';

describe('a run whose process has died', () => {
  it('is FAILED, with why, the log, and all that it had reported', () => {
    const run = emptyRun();
    journalStart(run);
    journalEpochs(run, 1, 3);
    const summary = recordCrash(run, 'the worker was ended by SIGSEGV', 'a stack');
    expect(summary).toMatchObject({
      ...{ id: run.id, status: 'FAILED', epochs: 3, steps: 300, dataset_digest: 'a1b2c3d4' },
      metrics: { train_loss: 1 / 3, val_accuracy: 1 - 1 / 3, 'accuracy@5': NaN },
    });
    expect(summary.error).toMatch(/SIGSEGV.*worker\.log/);
    expect(readSummary(run)).toEqual(summary);
    expect(readFileSync(join(run.path, 'worker.log'), 'utf8')).toBe('a stack');
    expect(readHistory(run).states.at(-1)).toMatchObject({ status: 'FAILED', error: summary.error });
  });

  it('is FAILED too when it had reported nothing', () => {
    const summary = recordCrash(emptyRun(), 'the worker was killed (SIGKILL)', '');
    expect(summary).toMatchObject({ status: 'FAILED', epochs: 0, steps: 0, metrics: {}, tensorflow: null });
  });
});

describe('the time that a run took', () => {
  it('leaves out what lies between an interruption and the next start', () => {
    const run = emptyRun();
    append(run, (journal) => {
      const state = (status: 'RUNNING' | 'KILLED', seconds: number): void => {
        journal.append({ type: 'state', status }, START + 1000 * seconds);
      };
      state('RUNNING', 0);
      state('KILLED', 5);
      state('RUNNING', 100);
      state('KILLED', 103);
    });
    expect(readHistory(run).seconds).toBe(8);
  });
});
