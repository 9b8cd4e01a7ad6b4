import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { inferColumn } from '../../../src/data/tables/column-type.js';
import { findingsOf } from '../../../src/data/tables/findings.js';
import { type NumberFormat, parseNumber } from '../../../src/data/tables/number-text.js';
import { openTable } from '../../../src/data/tables/open-table.js';
import { type TableProfile, profileTable } from '../../../src/data/tables/profile.js';
import { it } from '../fixtures.js';

const locales: [string, NumberFormat][] = [
  ['en', { decimal: '.', thousands: ',' }],
  ['de', { decimal: ',', thousands: '.' }],
  ['fr', { decimal: ',', thousands: ' ' }],
  ['pl', { decimal: ',', thousands: ' ' }],
];

describe('numbers in text', () => {
  it.for(locales)('are read as they are written in %s', ([locale, format]) => {
    const written = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (thousandths) => {
        const value = thousandths / 1000;
        // Some languages write a minus of their own.
        expect(parseNumber(written.format(value).replace('\u2212', '-'), format)).toBe(
          Object.is(value, -0) ? 0 : value,
        );
      }),
    );
  });

  it.for([
    ['1e-3', 0.001],
    [' +7. ', 7],
    ['.5', 0.5],
    ['-inf', -Infinity],
    ['N/A', null],
    ['', null],
    ['?', null],
    ['1,5', undefined],
    ['12 kg', undefined],
    ['0x10', undefined],
    ['1_000', undefined],
  ] as const)('are those of programs, unless another way is said: %j', ([text, value]) => {
    expect(parseNumber(text)).toBe(value);
  });
});

async function profile(folder: string, text: string, name = 't.csv'): Promise<TableProfile> {
  const file = join(folder, name);
  writeFileSync(file, text);
  return profileTable(await openTable(file));
}

/** A column of the given cells, and another, so that an empty cell is no empty line. */
async function inferred(folder: string, cells: readonly string[]): Promise<ReturnType<typeof inferColumn>> {
  const quoted = cells.map((cell) => `"${cell}",0\n`).join('');
  return inferColumn((await profile(folder, `x,y\n${quoted}`)).columns[0]);
}

const repeated = (cells: readonly string[], times: number): string[] =>
  Array.from({ length: times }, () => cells).flat();

describe('what a column looks like', () => {
  it.for([
    [['1', '2.5', 'NA'], 'number', '2 numbers from 1 to 2.5; "NA" is taken for a missing value'],
    [['3', '1', '1', '3'], 'number', '4 whole numbers from 1 to 3, 2 different'],
    [['1,5', '1.234,25'], 'number', '2 numbers from 1.5 to 1234.25'],
    [["1'234.5", '7'], 'number', '2 numbers from 7 to 1234.5'],
    [['1,234', '2,345'], 'unknown', '"1,234" may be a decimal or thousands: say which is meant'],
    [repeated(['cat', 'dog'], 3), 'category', '2 different values: cat, dog'],
    [['a.jpg', 'b/c.PNG'], 'image', 'names of 2 image files'],
    [['a.wav', 'b.wav'], 'audio', 'names of 2 audio files'],
    [['2020-01-31', '2020-02-01T10:00:00Z'], 'date', '2 dates'],
    [['x1', 'x2', 'x3'], 'identifier', 'another value in each row'],
    [['a b', 'c d', 'e f'], 'text', '3 different values'],
    [['', ''], 'empty', 'has no values'],
  ] as const)('%j', async ([cells, type, reason], { folder }) => {
    expect(await inferred(folder, cells)).toMatchObject({ type, reason });
  });

  it('is told with the way that its numbers are written', async ({ folder }) => {
    expect((await inferred(folder, ['1,5', '12'])).format).toEqual({ decimal: ',', thousands: '' });
    expect((await inferred(folder, ['1.5', '12'])).format).toBeUndefined();
  });

  it('names what keeps it from being numbers', async ({ folder }) => {
    const cells = Array.from({ length: 9 }, (_, index) => `${index}.5`).concat('12 kg');
    expect((await inferred(folder, cells)).reason).toContain(`"12 kg" at ${join(folder, 't.csv')}:11:1 is no number`);
  });

  it('is told of typed cells too', async ({ folder }) => {
    const rows = [
      { tags: ['a', 'b'], flag: true, either: 1 },
      { tags: ['b'], flag: false, either: 'x' },
    ];
    const { columns } = await profile(folder, rows.map((row) => JSON.stringify(row)).join('\n'), 't.jsonl');
    expect(columns.map((column) => inferColumn(column))).toEqual([
      { type: 'multi_label', reason: '2 lists of 2 different values: a, b' },
      { type: 'category', reason: 'true and false' },
      { type: 'unknown', reason: 'holds numbers and text' },
    ]);
  });
});

describe('findings', () => {
  it('tell what is missing, empty, repeated, constant, beyond training or not seen in it', async ({ folder }) => {
    const train = await profile(
      folder,
      'id,age,city,country,note\n1,30,Rome,IT,\n2,,Oslo,IT,\n2,,Oslo,IT,\n4,50,Rome,IT,\n5,NA,Oslo,IT,\n',
      'train.csv',
    );
    const test = await profile(
      folder,
      'id,age,city,country,note\n1,30,Rome,IT,\n7,99,Bern,IT,x\n8,inf,Rome,IT,y\n',
      'test.csv',
    );
    const findings = findingsOf({ train, test });
    const at = (name: string): string => join(folder, name);
    const told = findings.map(({ kind, part, column, count, places }) => [kind, part, column ?? '', count, places]);
    expect(told).toEqual([
      ['duplicated', 'train', '', 1, [`${at('train.csv')}:4:1 (as ${at('train.csv')}:3:1)`]],
      ['missing', 'train', 'age', 3, [`${at('train.csv')}:3:3`, `${at('train.csv')}:4:3`]],
      ['constant', 'train', 'country', 5, []],
      ['empty', 'train', 'note', 5, []],
      ['out_of_range', 'test', 'age', 1, [`${at('test.csv')}:4:3`]],
      ['constant', 'test', 'country', 3, []],
      ['missing', 'test', 'note', 1, [`${at('test.csv')}:2:14`]],
      ['duplicated', 'test', '', 1, [`${at('test.csv')}:2:1 (as ${at('train.csv')}:2:1)`]],
      ['out_of_range', 'test', 'id', 2, [`${at('test.csv')}:3:1`, `${at('test.csv')}:4:1`]],
      ['out_of_range', 'test', 'age', 1, [`${at('test.csv')}:3:3`]],
      ['unseen', 'test', 'city', 1, [`${at('test.csv')}:3:6`]],
    ]);
    const messages = findings.map(({ message }) => message);
    expect(messages).toContain('3 of 5 values (60.0 %) are missing (1 of them say "NA")');
    expect(messages).toContain('1 of 3 values (33.3 %) is not among those of training: "Bern"');
    expect(messages).toContain("1 of 3 values (33.3 %) is outside of training's 30 to 50: from 30 to 99");
    expect(messages).toContain('1 of 3 rows (33.3 %) is also in the training data');
  });

  it('are none where there is nothing to say', async ({ folder }) => {
    const train = await profile(folder, 'a,b\n1,x\n2,y\n3,x\n4,y\n', 'train.csv');
    const test = await profile(folder, 'a,b\n1.5,x\n2.5,y\n', 'test.csv');
    expect(findingsOf({ train, test })).toEqual([]);
  });
});
