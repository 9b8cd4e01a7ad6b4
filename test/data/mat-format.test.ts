import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type MatArray, readMatArray } from '../../src/data/mat-format.js';
import { UserError } from '../../src/text/errors.js';
import { testPython } from '../support/python.js';
import { damage, damaged } from './damage.js';
import { it, userError } from './fixtures.js';

let published: string;

beforeAll(async () => {
  published = mkdtempSync(join(tmpdir(), 'ablate-mat-'));
  const script = fileURLToPath(new URL('published_files.py', import.meta.url));
  await promisify(execFile)(await testPython(), [script, published], { maxBuffer: 2 ** 28 });
});
afterAll(() => {
  rmSync(published, { recursive: true });
});

const TYPES = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64'];

const numbers = async ({
  dimensions,
  length,
  take,
}: MatArray): Promise<{ dimensions: readonly number[]; all: number[] }> => ({
  dimensions,
  // In two steps, as large ones are taken.
  all: [...(await take(Math.min(length, 5))), ...(await take(Math.max(0, Math.min(length, 1000) - 5)))],
});

describe.each(['plain', 'packed'])('a file of MATLAB 5, %s', (kind) => {
  const file = (): string => join(published, 'mat', `${kind}.mat`);

  it.for(TYPES)('has the numbers that SciPy has written: %s', async (type) => {
    const offset = type.startsWith('u') ? 0 : 50;
    // Column by column: 0, 4, 8, 1, 5 …
    const all = Array.from({ length: 12 }, (_, at) => ((at % 3) * 4 + Math.floor(at / 3)) * 9 - offset);
    expect(await readMatArray(file(), type, numbers)).toEqual({ dimensions: [3, 4], all });
  });

  it('has a number alone; what isn’t plain numbers is refused', async () => {
    expect(await readMatArray(file(), 'one', numbers)).toEqual({ dimensions: [1, 1], all: [7] });
    for (const name of ['words', 'pair', 'imaginary'])
      await expect(readMatArray(file(), name, numbers)).rejects.toThrow(`${name} is not plain numbers`);
    await expect(readMatArray(file(), 'none', numbers)).rejects.toThrow('no variable none before the end');
  });

  it('that is cut off is refused, with the byte', async ({ folder }) => {
    const cut = join(folder, 'cut.mat');
    writeFileSync(cut, readFileSync(file()).subarray(0, 150));
    expect((await userError(readMatArray(cut, 'one', numbers))).message).toMatch(
      /cut.mat: byte 128: a variable of \d+ bytes/,
    );
    writeFileSync(cut, 'MATLAB 7.3 MAT-file');
    expect((await userError(readMatArray(cut, 'one', numbers))).message).toContain('which is HDF5');
  });

  it('that is damaged is read, or refused with its name and byte', async ({ folder }) => {
    const whole = readFileSync(file());
    const other = join(folder, 'damaged.mat');
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...TYPES),
        async (damages, name) => {
          writeFileSync(other, damages.reduce(damaged, whole));
          const error: unknown = await readMatArray(other, name, numbers).then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          if (error === undefined) return;
          expect(error).toBeInstanceOf(UserError);
          expect((error as UserError).message).toMatch(
            /^\S*damaged\.mat: byte \d+( of what is compressed from byte \d+ on)?: .+$/,
          );
        },
      ),
      { numRuns: 150 },
    );
    expect(process.memoryUsage().rss).toBeLessThan(1.5e9);
  });
});
