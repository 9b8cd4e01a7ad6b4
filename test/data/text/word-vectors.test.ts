import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWordVectors } from '../../../src/data/text/word-vectors.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-vectors-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const WANTED = new Map(['the', 'film', 'é', '400000', 'at home'].map((word, index) => [word, index + 2]));

function read(contents: string | Buffer, size = 3) {
  const file = join(folder, 'vectors.txt');
  writeFileSync(file, contents);
  return readWordVectors(file, WANTED, size);
}

describe('word vectors from a text file', () => {
  it.each<[string, string | Buffer]>([
    ['GloVe', 'the 0.5 -1 2e-3\nof 1 2 3\nfilm 4 5 6\né 7 8 9'],
    [
      'word2vec and fastText, whose first line counts, whose lines end in a space',
      '4 3\nthe 0.5 -1 2e-3 \nfilm 4 5 6 \né 7 8 9 \nof 1 2 3 \n',
    ],
    ['a gzip', gzipSync('the 0.5 -1 0.002\nfilm 4 5 6\né 7 8 9\n')],
    [
      'lines of Windows, tabs, a word that stands twice',
      'the\t0.5\t-1\t0.002\r\nfilm 4 5 6\r\né 7 8 9\r\nfilm 0 0 0\r\n',
    ],
  ])('as %s writes it', async (_, contents) => {
    const vectors = await read(contents);
    expect(
      [...vectors].map(([number, vector]) => [number, ...Array.from(vector, (value) => Number(value.toFixed(4)))]),
    ).toEqual([
      [2, 0.5, -1, 0.002],
      [3, 4, 5, 6],
      [4, 7, 8, 9],
    ]);
  });

  it('takes a number for a word, and words with spaces', async () => {
    const vectors = await read('x 0 0 0\ny 0 0 0\n400000 1 2 3\nat home 4 5 6\nthe end 7 8 9\n');
    expect([...vectors.keys()]).toEqual([5]);
  });

  it.each<[string, string, string]>([
    ['another size', 'a 1 2 3 4\n', 'vectors of 4 numbers, where output_dim is 3'],
    ['another size in the first line', '9 300\n', 'vectors of 300 numbers'],
    ['a line that is cut off', 'a 1 2 3\nb 1 2 3\nfilm 1 2\n', ':3: vectors of 2 numbers'],
    ['words for numbers', 'a 1 2 3\nb 1 2 3\nfilm 1 x 3\n', ':3: has something else than numbers'],
  ])('tells the place of %s', async (_, contents, message) => {
    await expect(read(contents)).rejects.toThrow(message);
  });
});
