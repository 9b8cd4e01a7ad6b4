import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fittedTable, type RankedColumn } from '../../src/display/tables/fitted-table.js';
import { shortId } from '../../src/text/words.js';

const COLUMNS: RankedColumn[] = [
  { title: 'KERNEL_SIZE · POOLING · ACTIVATION', rank: 0 },
  { title: 'SEED', align: 'right', rank: 3 },
  { title: 'STATUS', rank: 4 },
  { title: 'VAL_ACCURACY (%)', align: 'right', rank: 2 },
  { title: 'RUN', rank: 0, short: shortId },
];
const ROW = ['3 · average · tanh', '0', 'FINISHED', '94.37', 'study-20261130-114509-fa28'];

const shown = (width: number, rows = [ROW]): string[] =>
  stripVTControlCharacters(fittedTable(COLUMNS, rows, width))
    .trimEnd()
    .split('\n');

describe('a table that fits its terminal', () => {
  it('is whole where there is room', () => {
    expect(shown(120)[0]).toContain('KERNEL_SIZE · POOLING · ACTIVATION  SEED');
    expect(shown(120)[1]).toContain('study-20261130-114509-fa28');
  });

  it('shortens ids and breaks a long title before it leaves a column out', () => {
    expect(shown(80).map((line) => line.split(/\s{2,}/).filter((word) => word !== ''))).toEqual([
      ['KERNEL_SIZE · POOLING ·', 'SEED', 'STATUS', 'VAL_ACCURACY (%)', 'RUN'],
      ['ACTIVATION'],
      ['3 · average · tanh', '0', 'FINISHED', '94.37', '114509-fa28'],
    ]);
  });

  it('breaks words that every row has before it leaves out the score', () => {
    const long = 'adam(learning_rate=0.003, beta_1=0.9, beta_2=0.999) · rotation(factor=0.04)';
    const lines = shown(80, [[long, ...ROW.slice(1)]]);
    expect(lines[0]).toContain('VAL_ACCURACY (%)');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.at(-1)).toBe('too narrow for STATUS: | cat, or --json, has all');
  });

  it('leaves out columns of the highest rank first', () => {
    expect(shown(60).at(-1)).toBe('too narrow for STATUS: | cat, or --json, has all');
    expect(shown(50).join(' ')).toContain('too narrow for SEED, STATUS:');
  });
});
