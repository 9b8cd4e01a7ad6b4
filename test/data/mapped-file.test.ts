import { open, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect } from 'vitest';
import { MappedFile } from '../../src/data/mapped-file.js';
import { bytesOf, it } from './fixtures.js';

describe('a mapped file', () => {
  it('gives the bytes of the file, on a page boundary', async ({ folder }) => {
    const file = join(folder, 'bytes');
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));
    await writeFile(file, bytes);
    const mapped = new MappedFile(file);
    expect(Buffer.compare(bytesOf(mapped), bytes)).toBe(0);
    expect(koffi.address(mapped.subarray(0, 1)) % 4096n).toBe(0n);
  });

  it('keeps what it mapped when the file is replaced', async ({ folder }) => {
    const file = join(folder, 'bytes');
    await writeFile(file, 'before');
    const mapped = new MappedFile(file);
    await writeFile(`${file}.new`, 'after!');
    await rename(`${file}.new`, file);
    expect(Buffer.from(bytesOf(mapped)).toString()).toBe('before');
    expect(Buffer.from(bytesOf(new MappedFile(file))).toString()).toBe('after!');
  });

  it('maps an empty file as an empty array', async ({ folder }) => {
    const file = join(folder, 'empty');
    await writeFile(file, '');
    expect(bytesOf(new MappedFile(file))).toHaveLength(0);
  });

  it('maps more than an array of Node 20 holds, without reading it', async ({ folder }) => {
    const file = join(folder, 'sparse');
    const length = 5 * 2 ** 30;
    await writeFile(file, '');
    await truncate(file, length);
    const handle = await open(file, 'r+');
    await handle.write(Uint8Array.of(1, 2, 3), 0, 3, length - 3);
    await handle.close();
    const mapped = new MappedFile(file);
    expect([mapped.byteLength, ...mapped.subarray(length - 4, length)]).toEqual([length, 0, 1, 2, 3]);
  });

  it('gives the same bytes, read ahead or not', async ({ folder }) => {
    const file = join(folder, 'bytes');
    await writeFile(file, Buffer.alloc(1_000_000, 'abc'));
    const mapped = new MappedFile(file);
    for (const [start, end] of [
      [0, 1],
      [70_001, 500_000],
      [999_999, 1_000_000],
      [5, 5],
    ]) {
      mapped.prefetch(start, end);
    }
    expect(Buffer.compare(bytesOf(mapped), Buffer.alloc(1_000_000, 'abc'))).toBe(0);
  });

  it('names a file that is not there', ({ folder }) => {
    expect(() => new MappedFile(join(folder, 'absent'))).toThrow(/ENOENT.*absent/);
  });
});
