import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { checkTables } from '../../../src/data/tables/check-tables.js';
import { it } from '../fixtures.js';

const nothing = { path: null, train: null, validation: null, test: null, separator: null, encoding: null };

describe('the tables of an experiment', () => {
  it('are looked at in the columns that it uses', async ({ folder, options }) => {
    writeFileSync(join(folder, 'train.csv'), 'id,age,pet,note\n1,30,cat,\n2,40,dog,\n3,30,cat,\n');
    writeFileSync(join(folder, 'test.csv'), 'id,age,pet,note\n4,35,cow,\n5,30,cat,\n');
    const files = {
      ...nothing,
      train: 'train.csv',
      test: 'test.csv',
      inputs: { age: { type: 'number' } },
      target: { pet: { type: 'category' } },
    };
    const findings = await checkTables({ ...files, split: null, test_split: 0.2 }, options);
    const told = findings.map(({ kind, part, column, places }) => [kind, part, column, places]);
    // Row 3 is row 1 but for its id; the empty note isn't used.
    expect(told).toEqual([
      ['duplicated', 'train', undefined, [`${join(folder, 'train.csv')}:4:3 (as ${join(folder, 'train.csv')}:2:3)`]],
      ['duplicated', 'test', undefined, [`${join(folder, 'test.csv')}:3:3 (as ${join(folder, 'train.csv')}:2:3)`]],
      ['unseen', 'test', 'pet', [`${join(folder, 'test.csv')}:2:6`]],
    ]);
  });

  it('may be one file, in a stated encoding', async ({ folder, options }) => {
    writeFileSync(join(folder, 't.csv'), Buffer.from('größe;art\n1,5;a\n;b\n', 'latin1'));
    const columns = { inputs: { größe: { type: 'number' } }, target: { art: { type: 'category' } } };
    const files = { ...nothing, ...columns, path: 't.csv', encoding: 'cp1252' as const };
    const findings = await checkTables({ ...files, split: null, test_split: 0.2 }, options);
    expect(findings.map(({ kind, part, column, message }) => [kind, part, column, message])).toEqual([
      ['recognized', 'train', undefined, 'separated by semicolons'],
      ['missing', 'train', 'größe', '1 of 2 values (50.0 %) is missing'],
    ]);
  });
});
