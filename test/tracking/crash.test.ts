import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordCrash, restoreSummary } from '../../src/tracking/crash.js';
import { newestInterruptedRun } from '../../src/tracking/interruption.js';
import { readHistory } from '../../src/tracking/run-history.js';
import { readSummary, writeSummary } from '../../src/tracking/run-store.js';
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

  it('is one that can be resumed before its first checkpoint, as one that failed by itself is not', async () => {
    const run = emptyRun();
    const { crashed, ...failed } = recordCrash(run, 'the worker was killed (SIGKILL)', '');
    expect(crashed).toBe(true);
    expect((await newestInterruptedRun(dirname(run.path)))?.id).toBe(run.id);
    writeSummary(run, failed);
    expect(await newestInterruptedRun(dirname(run.path))).toBeUndefined();
  });
});

describe('a damaged summary', () => {
  it.each(['', '{"id":', '[]', 'null', '{"id":"x"}'])('%j is written anew by the journal', (damaged) => {
    const run = emptyRun();
    journalStart(run);
    journalEpochs(run, 1, 3);
    append(run, (journal) => {
      journal.append({ type: 'state', status: 'FINISHED' });
    });
    writeFileSync(run.summary, damaged);
    expect(() => readSummary(run)).toThrow(run.summary);
    const summary = restoreSummary(run, 421_642);
    expect(summary).toMatchObject({ status: 'FINISHED', epochs: 3, steps: 300, parameters: 421_642, error: null });
    expect(readSummary(run)).toEqual(summary);
  });

  it('of a run that was interrupted stays away', () => {
    const run = emptyRun();
    journalStart(run);
    expect(restoreSummary(run, 1)).toBeUndefined();
  });
});

it('a journal from elsewhere may call a metric, a tag and a param __proto__', () => {
  const run = emptyRun();
  const named = (value: unknown): string => `{"__proto__":${JSON.stringify(value)}}`;
  const lines = [
    `{"type":"metrics","time":1,"step":1,"epoch":1,"values":${named(0.5)}}`,
    `{"type":"tags","time":1,"tags":${named('a')}}`,
    `{"type":"params","time":1,"params":${named('b')}}`,
  ];
  writeFileSync(run.journal, `${readFileSync(run.journal, 'utf8')}${lines.join('\n')}\n`);
  const { metrics, tags, params } = readHistory(run);
  expect(Object.entries(metrics)).toEqual([['__proto__', [{ step: 1, epoch: 1, value: 0.5, time: 1 }]]]);
  expect([Object.entries(tags), Object.entries(params)]).toEqual([[['__proto__', 'a']], [['__proto__', 'b']]]);
  expect(recordCrash(run, 'it died', '').epochs).toBe(1);
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
