import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/text/errors.js';
import { damage, damaged } from '../damage.js';
import { readTable } from './read.js';
import { writeReference } from './reference.js';

let folder: string;

beforeAll(async () => {
  ({ folder } = await writeReference());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const packings = ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'].flatMap((codec) => [
  `${codec}-1.0`,
  `${codec}-2.0`,
]);

/** No file here takes more than some kilobytes; a reader that believes a damaged size takes gigabytes. */
const MOST_MEMORY = 1.5e9;

describe('a damaged table', () => {
  it.for([
    ...packings.map((name) => `small-${name}.parquet`),
    ...['small.npz', 'small-packed.npz', 'single.npy', 'small.tar', 'shard.tar.gz'],
    ...['pandas.csv', 'semicolon.csv', 'pandas.tsv', 'pandas.jsonl'],
  ])('is read, or refused with its name: %s', async (name) => {
    const whole = readFileSync(join(folder, name));
    const file = join(folder, `damaged${name.endsWith('.tar.gz') ? '.tar.gz' : extname(name)}`);
    const runs = name.startsWith('shard') || name.startsWith('single') ? 40 : 250;
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        writeFileSync(file, damages.reduce(damaged, whole));
        const error: unknown = await readTable(file).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error === undefined) return;
        expect(error).toBeInstanceOf(UserError);
        expect((error as UserError).message).toContain(file);
        expect((error as UserError).message.split('\n')).toHaveLength(1);
      }),
      { numRuns: runs },
    );
    expect(process.memoryUsage().rss).toBeLessThan(MOST_MEMORY);
  });
});
