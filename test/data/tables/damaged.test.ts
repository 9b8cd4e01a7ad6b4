import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/text/errors.js';
import { readTable } from './read.js';
import { writeReference } from './reference.js';

let folder: string;

beforeAll(async () => {
  ({ folder } = await writeReference());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What happens to files: bits flip, bytes are lost, added or overwritten, the end is missing. */
const damage = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'lose', 'insert', 'overwrite'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(whole: Buffer, { kind, at, bytes }: Damage): Buffer {
  const start = Math.floor(at * whole.length);
  const [before, after] = [whole.subarray(0, start), whole.subarray(start)];
  if (kind === 'cut') return before;
  if (kind === 'lose') return Buffer.concat([before, after.subarray(bytes.length)]);
  if (kind === 'insert') return Buffer.concat([before, bytes, after]);
  if (kind === 'overwrite') return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
  const flipped = Buffer.from(whole);
  flipped[start] ^= 1 << (bytes[0] % 8);
  return flipped;
}

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
