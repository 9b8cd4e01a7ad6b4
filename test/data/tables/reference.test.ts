import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell, NumberArray } from '../../../src/data/tables/table.js';
import { partsIn } from '../../../src/data/tables/open-table.js';
import { userError } from '../fixtures.js';
import { readTable } from './read.js';
import { type Reference, writeReference } from './reference.js';

let folder: string;
let expected: Reference['expected'];

beforeAll(async () => {
  ({ folder, expected } = await writeReference());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** As the script prints values. */
function plain(cell: Cell): unknown {
  if (cell === null || typeof cell !== 'object') return cell;
  if (cell instanceof Date) return { date: cell.toISOString().slice(0, 19) };
  if (Array.isArray(cell)) return (cell as readonly Cell[]).map(plain);
  if ('bytes' in cell && cell.bytes instanceof Uint8Array)
    return { ...cell, bytes: Buffer.from(cell.bytes).toString('hex') };
  if ('data' in cell) return nested(cell as NumberArray);
  return Object.fromEntries(Object.entries(cell).map(([key, value]) => [key, plain(value as Cell)]));
}

function nested({ data, shape }: NumberArray): unknown {
  const [first, ...rest] = shape;
  if (rest.length === 0) return [...data];
  const size = data.length / first;
  return Array.from({ length: first }, (_, index) =>
    nested({ data: data.subarray(index * size, (index + 1) * size), shape: rest }),
  );
}

/** True and false of NumPy's arrays are 1 and 0 where a row has several. */
function asNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === 'boolean' ? Number(inner) : inner));
}

describe('tables that pandas, pyarrow and numpy write', () => {
  it.for([
    ...['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'].flatMap((codec) => [
      `${codec}-1.0.parquet`,
      `${codec}-2.0.parquet`,
    ]),
    ...[
      'small.npz',
      'small-packed.npz',
      'delta.parquet',
      'empty.parquet',
      'pandas.parquet',
      'arrays.npz',
      'packed.npz',
      'single.npy',
    ],
    ...['pandas.csv', 'pandas.tsv', 'semicolon.csv', 'pandas.jsonl', 'shard.tar.gz'],
  ])('%s is read as they read it', async (name) => {
    const { table, rows } = await readTable(join(folder, name));
    expect(table.columns.map((column) => column.name)).toEqual(expected[name].columns);
    expect(asNumbers(rows.map((row) => row.map(plain)))).toEqual(asNumbers(expected[name].rows));
  });

  it('bears names of classes where Hugging Face has put them', async () => {
    const { table } = await readTable(join(folder, 'snappy-1.0.parquet'));
    expect(table.columns.filter(({ classes }) => classes)).toEqual([{ name: 'i8', classes: ['no', 'yes'] }]);
    expect(table.rows).toBe(700);
  });

  it('holds a table for each part that the names of arrays tell apart', async () => {
    const file = join(folder, 'keras.npz');
    expect(await partsIn(file)).toEqual(['train', 'test']);
    const test = await readTable(file, { part: 'test' });
    expect(test.table.columns).toEqual([{ name: 'x' }, { name: 'y' }]);
    expect(test.rows.map(([, y]) => y)).toEqual([0, 1, 2]);
    expect((await userError(readTable(file))).message).toBe(`${file}: holds several tables: train, test`);
    expect((await userError(readTable(file, { part: 'validation' }))).message).toContain('no arrays for validation');
  });

  it.for([
    ['objects.npz', 'objects.npz: x: holds Python objects: they are pickles'],
    ['uneven.npz', 'uneven.npz: y: has 3 rows, and x has 4'],
  ])('is refused where it can not be read: %s', async ([name, message]) => {
    expect((await userError(readTable(join(folder, name)))).message).toContain(message);
  });

  it('has the place of each cell', async () => {
    const at = async (name: string, row: number, column: number): Promise<string> =>
      (await readTable(join(folder, name))).place(row, column).slice(folder.length + 1);
    expect(await at('zstd-2.0.parquet', 650, 16)).toBe('zstd-2.0.parquet: row group 2, row 50, image');
    expect(await at('packed.npz', 49, 0)).toBe('packed.npz: i1le[49]');
    expect(await at('pandas.jsonl', 2, 1)).toBe('pandas.jsonl:3: x');
    expect(await at('shard.tar.gz', 299, 2)).toMatch(/^shard.tar.gz: .*\/00299\.png$/);
    expect(await at('semicolon.csv', 1, 1)).toBe('semicolon.csv:4:7');
  });
});
