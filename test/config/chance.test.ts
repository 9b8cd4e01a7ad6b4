import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { placeSentence } from '../../src/analysis/scope.js';
import { measuredOn } from '../../src/sweep/sweep-scope.js';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { expandSweep, sweepSeeds } from '../../src/config/variants/sweep.js';
import type { Json } from '../../src/config/text/tree.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-chance-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function load(content: object) {
  const file = join(folder, 'experiment.yaml');
  writeFileSync(file, stringify({ model: { layers: [{ type: 'flatten' }, { type: 'dense' }] }, ...content }));
  return loadExperiment(file);
}

const folded = (folds: number, sweep: object, training: object = {}) =>
  load({ dataset: { name: 'mnist', split: { folds } }, training, sweep });

describe('folds', () => {
  it('make as many runs of each seed of a sweep, none of them twice', () => {
    expect(sweepSeeds(folded(3, { seeds: 2 }).config)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(sweepSeeds(folded(3, { seeds: [4, 1] }).config)).toEqual([12, 13, 14, 3, 4, 5]);
    expect(sweepSeeds(folded(3, { seeds: 1 }, { seed: 2 }).config)).toEqual([6, 7, 8]);
  });

  it('unset leave the hash as it was', () => {
    const { config } = load({ dataset: { name: 'mnist' } });
    const { split, ...before } = config.dataset;
    expect(split).toBeNull();
    const hash = configHash({ ...config, dataset: before as typeof config.dataset });
    expect(configHash(config)).toBe(hash);
    expect(configHash(load({ dataset: { name: 'mnist', split: {} } }).config)).toBe(hash);
    expect(configHash(load({ dataset: { name: 'mnist', split: { folds: 3 } } }).config)).not.toBe(hash);
  });
});

describe('groups', () => {
  const grouped = (split?: object) => {
    const table = {
      name: 'table',
      path: 'a.csv',
      inputs: { a: { type: 'number' } },
      target: { digit: { type: 'category' } },
    };
    return load({ dataset: split ? { ...table, split } : table, model: { layers: [{ type: 'dense' }] } }).config;
  };

  it('unset leave the hash as it was, and that of folds', () => {
    expect(configHash(grouped({ group: null }))).toBe(configHash(grouped()));
    const { split, ...before } = grouped({ folds: 3 }).dataset;
    expect(split).toMatchObject({ folds: 3, group: null, time: null, column: null });
    const old = { ...grouped(), dataset: { ...before, split: { folds: 3 } } as never };
    expect(configHash(grouped({ folds: 3 }))).toBe(configHash(old));
    expect(configHash(grouped({ group: 'speaker' }))).not.toBe(configHash(grouped()));
  });

  it('have another hash where their folds are tested: not where the test rows are given, as before', () => {
    const drawn = grouped({ group: 'speaker', folds: 3 });
    const given = { ...drawn, dataset: { ...drawn.dataset, path: null, train: 'a.csv', test: 'b.csv' } as never };
    expect(configHash(given)).not.toBe(configHash(drawn));
  });

  it('may not be what is to be predicted', () => {
    expect(() => grouped({ group: 'digit' })).toThrow('"digit" is the target, and the group too');
  });

  it.each([
    [{ time: 'day', folds: 3 }, 'folds beside a split by time'],
    [{ time: 'day', group: 'speaker' }, 'group beside a split by time'],
    [{ column: 'digit' }, '"digit" is the target, and what says which rows are tested too'],
    [{ train: ['a'], test: ['b'] }, 'words for train without the column that they are in'],
    [{ column: 'part', train: ['a'] }, 'words of part for train alone'],
    [{ column: 'part', train: ['a', 1], test: ['1'] }, '"1" is for train and for test'],
  ])('and other ways to divide, %j, are refused where they contradict', (split, message) => {
    expect(() => grouped(split)).toThrow(message);
  });

  it('or times are said by the answer', () => {
    const measured = measuredOn('val_accuracy', grouped({ time: 'day' }), false);
    expect(placeSentence(measured, 'a.csv')).toContain('the newest training samples by day of a.csv');
  });

  it('are said by the answer: it is about new ones', () => {
    const config = grouped({ group: 'speaker', folds: 5 });
    const [tested, validated] = ['test_accuracy', 'val_accuracy'].map((metric) => measuredOn(metric, config, false));
    const speakers = 'of a.csv as it is, for new values of speaker of this data';
    expect(placeSentence(tested, 'a.csv')).toContain(`5 folds ${speakers}`);
    expect(placeSentence(validated, 'a.csv')).toContain(`random splits ${speakers}`);
  });
});

describe('an orthogonal array', () => {
  const rowsOf = (values: number, parameters: number): Record<string, Json>[] => {
    const levels = Array.from({ length: values }, (_, i) => i);
    const sources = ['split', 'initialization', 'order', 'augmentation', 'dropout'].map(
      (key) => `training.seeds.${key}`,
    );
    const names = [...sources, 'training.batch_size', 'training.epochs', 'dataset.train_fraction'].slice(0, parameters);
    const valuesFor = (name: string) =>
      name === 'dataset.train_fraction' ? levels.map((i) => (i + 1) / 10) : levels.map((i) => i + 1);
    const experiment = load({
      dataset: { name: 'mnist' },
      augmentation: { noise: { stddev: 0.1 } },
      model: { layers: [{ type: 'flatten' }, { type: 'dropout', rate: 0.1 }, { type: 'dense' }] },
      sweep: { method: 'orthogonal', parameters: Object.fromEntries(names.map((name) => [name, valuesFor(name)])) },
    });
    return expandSweep(experiment).map(({ values: row }) => row);
  };

  it.each([
    [2, 3],
    [3, 4],
    [5, 5],
    [7, 8],
  ])('of %i values and %i parameters has every two values of two parameters once', (values, parameters) => {
    const rows = rowsOf(values, parameters);
    expect(rows).toHaveLength(values ** 2);
    const keys = Object.keys(rows[0]);
    expect(keys).toHaveLength(parameters);
    for (const [i, first] of keys.entries()) {
      for (const second of keys.slice(i + 1)) {
        const pairs = new Set(rows.map((row) => JSON.stringify([row[first], row[second]])));
        expect(pairs.size).toBe(values ** 2);
      }
    }
  });
});
