import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { readIdx, readIdxHeader } from '../../src/data/idx-format.js';
import { idxFile, it, userError } from './fixtures.js';

const elements = [
  { code: 0x08, name: 'uint8', bytes: 1 },
  { code: 0x09, name: 'int8', bytes: 1 },
  { code: 0x0b, name: 'int16', bytes: 2 },
  { code: 0x0c, name: 'int32', bytes: 4 },
  { code: 0x0d, name: 'float32', bytes: 4 },
  { code: 0x0e, name: 'float64', bytes: 8 },
];

const arrays = fc
  .tuple(fc.constantFrom(...elements), fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 4 }))
  .chain(([element, dimensions]) => {
    const length = dimensions.reduce((product, size) => product * size, element.bytes);
    const data = fc.uint8Array({ minLength: length, maxLength: length });
    return fc.record({ element: fc.constant(element), dimensions: fc.constant(dimensions), data });
  });

const image = idxFile(
  [2, 3, 2],
  Uint8Array.from({ length: 12 }, (_, index) => index),
);

describe('readIdx', () => {
  it('reads back any array, plain and compressed', async ({ folder }) => {
    const file = join(folder, 'array');
    await fc.assert(
      fc.asyncProperty(arrays, fc.boolean(), async ({ element, dimensions, data }, compressed) => {
        const bytes = idxFile(dimensions, data, element.code);
        await writeFile(file, compressed ? gzipSync(bytes) : bytes);
        const array = await readIdx(file);
        expect({ ...array, data: [...array.data] }).toEqual({ elementType: element.name, dimensions, data: [...data] });
        expect(await readIdxHeader(file)).toEqual({ elementType: element.name, dimensions });
      }),
    );
  });

  it('finds the compressed file by the plain name', async ({ folder }) => {
    await writeFile(join(folder, 'images.gz'), gzipSync(image));
    expect((await readIdx(join(folder, 'images'))).dimensions).toEqual([2, 3, 2]);
  });

  it('names a file cut off at any byte, with the bytes expected and found', async ({ folder }) => {
    const file = join(folder, 'images');
    for (let length = 0; length < image.length; length++) {
      await writeFile(file, image.subarray(0, length));
      const error = await userError(readIdx(file));
      expect(error.code).toBe('dataset-file-corrupt');
      expect(error.message).toContain(file);
      expect(error.message).toContain(`found ${length}`);
      if (length >= 16) expect(error.message).toContain('2 × 3 × 2 uint8: expected 28 bytes');
    }
  });

  it('names a compressed file cut off at any byte', async ({ folder }) => {
    const file = join(folder, 'images.gz');
    const compressed = gzipSync(image);
    for (let length = 0; length < compressed.length; length++) {
      await writeFile(file, compressed.subarray(0, length));
      const error = await userError(readIdx(file));
      expect(error.code).toBe('dataset-file-corrupt');
      expect(error.message).toContain(file);
    }
  });

  it('never fails otherwise, nor reads anything else, when bits are flipped', async ({ folder }) => {
    const file = join(folder, 'images');
    const originals = [image, gzipSync(image)];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...originals), fc.nat(), fc.nat({ max: 7 }), async (original, at, bit) => {
        const flipped = Buffer.from(original);
        flipped[at % flipped.length] ^= 1 << bit;
        await writeFile(file, flipped);
        const outcome = await readIdx(file).then(
          ({ data }) => data.length,
          (error: unknown) => (error as { code: string }).code,
        );
        expect([12, 'dataset-file-corrupt']).toContain(outcome);
      }),
      { numRuns: 300 },
    );
  });

  it('rejects a whole compressed file of too few bytes', async ({ folder }) => {
    const file = join(folder, 'images.gz');
    await writeFile(file, gzipSync(image.subarray(0, 20)));
    expect((await userError(readIdx(file))).message).toContain('expected 28 decompressed bytes, found 20');
  });

  it('rejects trailing bytes', async ({ folder }) => {
    const file = join(folder, 'images');
    await writeFile(file, Buffer.concat([image, Buffer.of(0)]));
    expect((await userError(readIdx(file))).message).toContain('expected 28 bytes, found 29');
    await writeFile(file, gzipSync(Buffer.concat([image, Buffer.of(0)])));
    expect((await userError(readIdx(file))).message).toContain('expected 28 decompressed bytes, found 29');
  });

  it('believes no header that announces more than the compressed bytes can hold', async ({ folder }) => {
    const file = join(folder, 'bomb.gz');
    await writeFile(file, gzipSync(idxFile([0xffffffff, 0xffff], new Uint8Array())));
    expect((await userError(readIdx(file))).message).toContain('more than');
  });

  it('says which names were tried for a missing file', async ({ folder }) => {
    const error = await userError(readIdx(join(folder, 'absent')));
    expect(error.code).toBe('dataset-file-missing');
    expect(error.hint).toContain('absent.gz');
  });

  it('names a folder given as a file', async ({ folder }) => {
    expect((await userError(readIdx(folder))).message).toContain(folder);
  });

  it('stops when aborted', async ({ folder }) => {
    const file = join(folder, 'images');
    await writeFile(file, image);
    await expect(readIdx(file, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
