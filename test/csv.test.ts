import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCsv, encodeCsv } from '../src/csv.js';

it('reads what it has written, whatever the cells hold', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', '"', '\n', '\r') });
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

it.each(['index,label\n1,2\n3', 'index,"label"\n1,2\n3,"'])('leaves out a row that was cut short: %j', (text) => {
  expect(decodeCsv(text)).toEqual([
    ['index', 'label'],
    ['1', '2'],
  ]);
});
