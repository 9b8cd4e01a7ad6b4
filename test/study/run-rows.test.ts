import { describe, expect, it } from 'vitest';
import { runListText } from '../../src/display/run-list.js';
import { bestRows, fieldOf, filterRows, type RunRow, sortRows, variedKeys } from '../../src/study/run-rows.js';
import { runDirectory } from '../../src/tracking/run-store.js';
import { finishedSummary } from '../support/runs.js';

/** A run as lists have it; ids tell them apart. */
function row(id: string, params: Record<string, string>, metrics: Record<string, number> = {}): RunRow {
  const summary = finishedSummary({ id, name: 'base', metrics, epochs: 3, duration_seconds: 61, parameters: 5 });
  const run = runDirectory('runs', `base-20261124-06153${id}-000${id}`);
  return {
    run,
    name: 'base',
    status: 'FINISHED',
    summary,
    tags: { team: 'vision' },
    bytes: 2_780_000,
    params,
    needs: [],
  };
}

const pooled = (pooling: string, extra: Record<string, string> = {}): Record<string, string> => ({
  ...{ name: 'base', description: pooling, 'model.pooling': pooling, 'model.layers.1.pooling': pooling },
  ...{ 'training.epochs': '10', ...extra },
});

const ROWS = [
  row('1', pooled('max'), { val_accuracy: 0.97 }),
  row('2', pooled('average', { 'training.optimizer.momentum': '0.9' }), { val_accuracy: 0.98, val_f1: 0.5 }),
  row('3', pooled('max', { 'model.layers.2.units': '9' }), {}),
];

describe('runs in a list', () => {
  it('are told apart by the keys that differ, what layers inherit left out', () => {
    expect(variedKeys(ROWS)).toEqual(['model.pooling', 'training.optimizer.momentum', 'model.layers.2.units']);
    expect(variedKeys(ROWS.slice(0, 1))).toEqual([]);
    const other = { ...ROWS[1], name: 'other' };
    expect(variedKeys([ROWS[0], other])).toEqual([]);
    const one = [row('1', pooled('max')), row('2', { ...pooled('max'), 'model.layers.1.pooling': 'average' })];
    expect(variedKeys(one)).toEqual(['model.layers.1.pooling']);
  });

  it('are filtered by keys, metrics, tags and facts', () => {
    const ids = (where: string): string[] => filterRows(ROWS, where).map(({ summary }) => summary?.id ?? '');
    expect(ids('model.pooling=max and val_accuracy>0.95')).toEqual(['1']);
    expect(ids('tags.team=vision and seconds>60 and bytes<3e6')).toEqual(['1', '2', '3']);
    expect(ids("started>'2026-11-24T06:15:31'")).toEqual(['2', '3']);
    expect(() => ids('pooling=max')).toThrow(expect.objectContaining({ hint: 'did you mean model.pooling?' }));
    expect(() => ids('val_acuracy>1')).toThrow(expect.objectContaining({ hint: 'did you mean val_accuracy?' }));
    expect(fieldOf(ROWS[0], 'constructor')).toBeUndefined();
  });

  it('are sorted up or down, those without a value last', () => {
    const ids = (...keys: string[]): string[] => sortRows(ROWS, keys).map(({ summary }) => summary?.id ?? '');
    expect(ids('val_accuracy')).toEqual(['1', '2', '3']);
    expect(ids('-val_accuracy')).toEqual(['2', '1', '3']);
    expect(ids('-model.pooling', '-id')).toEqual(['3', '1', '2']);
    expect(() => ids('accuracy')).toThrow(expect.objectContaining({ exitCode: 2, hint: 'did you mean val_accuracy?' }));
    // As `ls` calls them, and what is like no key.
    expect(() => ids('-TIME')).toThrow(expect.objectContaining({ hint: 'did you mean seconds?' }));
    expect(() => ids('zebra')).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^what runs have: id, name,/) as string }),
    );
  });

  it('are, of each name, the finished one with the best value', () => {
    const other = { ...row('4', {}, { val_accuracy: 0.5, test_loss: 2 }), name: 'another' };
    const failed = { ...row('5', {}, { val_accuracy: 1, test_loss: 0 }), status: 'FAILED' };
    const diverged = row('6', {}, { val_accuracy: NaN, test_loss: 1 });
    const ids = (metric: string): (string | undefined)[] =>
      bestRows([...ROWS, other, failed, diverged], metric).map(({ summary }) => summary?.id);
    expect(ids('val_accuracy')).toEqual(['4', '2']);
    expect(ids('test_loss')).toEqual(['4', '6']);
    expect(ids('val_f1')).toEqual(['2']);
    expect(ids('nothing')).toEqual([]);
  });

  it('show what differs, the metrics that were asked for, sizes and tags; in a narrow terminal what matters most', () => {
    const keys = variedKeys(ROWS);
    const [head, ...lines] = runListText(ROWS, keys).split('\n');
    expect(head).toMatch(/^RUN +STATUS +POOLING +MOMENTUM +UNITS +EPOCHS +VAL ACC +VAL F1 +TIME +SIZE +TAGS$/);
    expect(lines[1]).toMatch(/FINISHED +average +0\.9 +3 +98\.00 % .* 1:01 +2\.78 MB +team=vision$/);
    const narrow = runListText(ROWS, keys, { width: 80 });
    for (const line of narrow.split('\n').slice(0, 4)) expect(line.length).toBeLessThanOrEqual(80);
    expect(narrow).toContain('too narrow for');
    expect(narrow).toMatch(/^RUN +STATUS +POOLING/);
  });
});
