import { constants } from 'node:buffer';
import { rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect } from 'vitest';
import { mapFile } from '../../src/data/mapped-file.js';
import { test } from './fixtures.js';

describe('mapFile', () => {
  test('gives the bytes of the file, on a page boundary', async ({ folder }) => {
    const file = join(folder, 'bytes');
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));
    await writeFile(file, bytes);
    const mapped = mapFile(file);
    expect(Buffer.compare(mapped, bytes)).toBe(0);
    expect(koffi.address(mapped) % 4096n).toBe(0n);
  });

  test('keeps what it mapped when the file is replaced', async ({ folder }) => {
    const file = join(folder, 'bytes');
    await writeFile(file, 'before');
    const mapped = mapFile(file);
    await writeFile(`${file}.new`, 'after!');
    await rename(`${file}.new`, file);
    expect(Buffer.from(mapped).toString()).toBe('before');
    expect(Buffer.from(mapFile(file)).toString()).toBe('after!');
  });

  test('maps an empty file as an empty array', async ({ folder }) => {
    const file = join(folder, 'empty');
    await writeFile(file, '');
    expect(mapFile(file)).toHaveLength(0);
  });

  test('maps more than 2 GiB without reading them', async ({ folder }) => {
    const file = join(folder, 'sparse');
    await writeFile(file, '');
    await truncate(file, 3 * 2 ** 30);
    const mapped = mapFile(file);
    expect([mapped.length, mapped.at(-1)]).toEqual([3 * 2 ** 30, 0]);
  });

  test.runIf(constants.MAX_LENGTH < 2 ** 40)('says when a file is longer than an array', async ({ folder }) => {
    const file = join(folder, 'sparse');
    await writeFile(file, '');
    await truncate(file, constants.MAX_LENGTH + 1);
    expect(() => mapFile(file)).toThrow(/an array of Node .* holds at most/);
  });

  test('names a file that is not there', ({ folder }) => {
    expect(() => mapFile(join(folder, 'absent'))).toThrow(/ENOENT.*absent/);
  });
});
