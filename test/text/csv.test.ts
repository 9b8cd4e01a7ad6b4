import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCsv, encodeCsv } from '../../src/text/csv.js';

it('reads what it has written, whatever the cells hold', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '1', ' ', ',', '"', '\n', '\r', "'", '=', '-', '@', '\t', '＋'),
  });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1 })), (rows) => {
      expect(decodeCsv(encodeCsv(rows))).toEqual(rows);
    }),
  );
});

it('writes quotes only where they are needed', () => {
  const text = encodeCsv([
    ['name', 'share'],
    ['a, "b"', 0.5],
  ]);
  expect(text).toBe('name,share\n"a, ""b""",0.5\n');
});

it.each([
  '=1+1',
  '=cmd|"/C calc"!A0',
  '@SUM(A1)',
  '+1 234',
  '-2+3',
  '-',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1+1',
  "'=1+1",
  '-Infinity',
])('text that a spreadsheet would compute is quoted for it, and comes back: %j', (text) => {
  const encoded = encodeCsv([['name', text]]);
  expect(encoded).toBe(`name,"'${text.replaceAll('"', '""')}"\n`);
  expect(decodeCsv(encoded)).toEqual([['name', text]]);
});

it.each([-0.5, 1e-7, -1e300, '-0.5', '+3', '-1e-7', 'a-b', "it's", '1=1', "'quoted'", 'e=mc2', '−1', ''])(
  'numbers, and other text, stay as they are: %j',
  (value) => {
    expect(encodeCsv([[value, 'x']])).toBe(`${value},x\n`);
  },
);

it('files of before mean what they meant', () => {
  expect(decodeCsv('=a,-b,"c, d","\'e"\n')).toEqual([['=a', '-b', 'c, d', "'e"]]);
});

it.each(['index,label\n1,2\n3', 'index,"label"\n1,2\n3,"'])('leaves out a row that was interrupted: %j', (text) => {
  expect(decodeCsv(text)).toEqual([
    ['index', 'label'],
    ['1', '2'],
  ]);
});
