import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LastRead } from '../../src/data/last-read.js';

let folder: string;
let file: string;
let reads: number;

const read = (): Promise<number> => Promise.resolve(++reads);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-test-'));
  file = join(folder, 'file');
  writeFileSync(file, 'one');
  reads = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('LastRead', () => {
  it('reads files once, as long as they stay as they are', async () => {
    const last = new LastRead<number>();
    expect(await last.of([file], 'images', read)).toBe(1);
    expect(await last.of([file], 'images', read)).toBe(1);
    writeFileSync(file, 'other');
    expect(await last.of([file], 'images', read)).toBe(2);
  });

  it('reads again for another purpose, and for other files', async () => {
    const last = new LastRead<number>();
    await last.of([file], 'images', read);
    expect(await last.of([file], 'labels', read)).toBe(2);
    expect(await last.of([file, join(folder, 'missing')], 'labels', read)).toBe(3);
    expect(await last.of([file], 'images', read)).toBe(4);
  });

  it('keeps nothing of a failure', async () => {
    const last = new LastRead<number>();
    const fail = (): Promise<number> => Promise.reject(new Error('damaged'));
    await expect(last.of([file], 'images', fail)).rejects.toThrow('damaged');
    expect(await last.of([file], 'images', read)).toBe(1);
  });
});
