import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import type { ImageFolder } from '../../../src/config/schema/experiment.generated.js';
import { datasetDuplicates } from '../../../src/data/duplicates/dataset-duplicates.js';
import {
  coarseOf,
  correlation,
  mayCorrelate,
  perceptualHash,
  thumbnailOf,
} from '../../../src/data/duplicates/perceptual-hash.js';
import { randomStream } from '../../../src/random.js';
import { testPython } from '../../support/python.js';
import { it, splitDefaults } from '../fixtures.js';

const script = fileURLToPath(new URL('perceptual_hash.py', import.meta.url));

/** A picture that no other is like: random colours of a coarse grid, enlarged smoothly. */
async function picture(seed: number, side = 64): Promise<Buffer> {
  const random = randomStream(seed, 'picture');
  const grid = Buffer.from(Array.from({ length: 6 * 6 * 3 }, () => Math.floor(random.uniform() * 256)));
  return sharp(grid, { raw: { width: 6, height: 6, channels: 3 } })
    .resize(side, side, { kernel: 'cubic' })
    .png()
    .toBuffer();
}

async function reference(images: object[]): Promise<{ thumbnail: number[]; bits: number[] }[]> {
  const child = spawn(await testPython(), [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(images));
  return JSON.parse(await text(child.stdout)) as { thumbnail: number[]; bits: number[] }[];
}

describe('the perceptual hash', () => {
  it('is that of SciPy’s transform of Pillow’s thumbnail', async () => {
    const random = randomStream(3, 'images');
    const images = [
      [32, 32],
      [28, 28],
      [96, 64],
      [50, 131],
      [7, 200],
    ].map(([height, width]) => ({
      height,
      width,
      pixels: Array.from({ length: height * width }, () => Math.floor(random.uniform() * 256)),
    }));
    const expected = await reference(images);
    for (const [index, { height, width, pixels }] of images.entries()) {
      const thumbnail = thumbnailOf(Uint8Array.from(pixels), [height, width, 1]);
      const reference = Float64Array.from(expected[index].thumbnail);
      // Pillow's filter takes whole pixels where its box ends within one.
      if (32 % height === 0 || height % 32 === 0) expect(correlation(thumbnail, reference)).toBeGreaterThan(0.97);
      const [high, low] = perceptualHash(reference);
      const bits = Array.from({ length: 64 }, (_, bit) => ((bit < 32 ? high : low) >>> (bit & 31)) & 1);
      expect(bits).toEqual(expected[index].bits);
    }
  });
});

describe('the coarse form of a thumbnail', () => {
  it('never rules out a pair that is correlated enough', () => {
    const random = randomStream(5, 'pairs');
    let ruledOut = 0;
    for (let pair = 0; pair < 400; pair++) {
      const noise = pair / 40;
      const one = Float64Array.from({ length: 1024 }, () => random.uniform() * 256);
      const other = one.map((value) => 3 + 0.7 * value + noise * (random.uniform() - 0.5) * 40);
      const may = mayCorrelate(coarseOf(one), coarseOf(other), 0.98);
      if (correlation(one, other) >= 0.98) expect(may).toBe(true);
      if (!may) ruledOut++;
    }
    expect(ruledOut).toBeGreaterThan(100);
  });
});

describe('test images among the training images', () => {
  const config: ImageFolder = {
    ...splitDefaults,
    name: 'image_folder',
    path: 'data',
    image_size: 64,
    color_mode: 'rgb',
    background: 'white',
  };

  const write = (file: string, bytes: Buffer): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  };

  it('are found by their pixels, and by their looks when they were saved anew', async ({ folder, options }) => {
    const data = join(folder, 'data');
    for (let seed = 0; seed < 60; seed++)
      write(join(data, 'train', seed % 2 ? 'b' : 'a', `${seed}.png`), await picture(seed));
    for (let seed = 100; seed < 140; seed++)
      write(join(data, 'test', seed % 2 ? 'b' : 'a', `${seed}.png`), await picture(seed));
    write(join(data, 'test', 'a', 'copy.png'), await picture(4));
    write(
      join(data, 'test', 'b', 'other-class.webp'),
      await sharp(await picture(6))
        .webp({ lossless: true })
        .toBuffer(),
    );
    write(
      join(data, 'test', 'b', 'jpeg.jpg'),
      await sharp(await picture(9))
        .jpeg({ quality: 70 })
        .toBuffer(),
    );
    write(
      join(data, 'test', 'b', 'small.png'),
      await sharp(await picture(11))
        .resize(40, 40)
        .png()
        .toBuffer(),
    );
    write(
      join(data, 'test', 'a', 'bright.png'),
      await sharp(await picture(12))
        .linear(0.9, 20)
        .png()
        .toBuffer(),
    );
    const found = await datasetDuplicates(config, options);
    expect(found?.tests).toBe(45);
    expect(found?.exact).toEqual([
      { test: 'test/a/copy.png', train: 'train/a/4.png' },
      { test: 'test/b/other-class.webp', train: 'train/a/6.png', classes: ['b', 'a'] },
    ]);
    expect(found?.near).toEqual([
      { test: 'test/a/bright.png', train: 'train/a/12.png' },
      { test: 'test/b/jpeg.jpg', train: 'train/b/9.png' },
      { test: 'test/b/small.png', train: 'train/b/11.png' },
    ]);
    const ofOne = await datasetDuplicates({ ...config, classes: ['b'] }, options);
    expect(ofOne?.tests).toBe(23);
    expect(ofOne?.exact).toEqual([]);
    expect(ofOne?.near).toHaveLength(2);
  });

  it('are looked for until told to stop, with progress', async ({ folder, options }) => {
    const data = join(folder, 'data');
    for (let seed = 0; seed < 8; seed++)
      for (const set of ['train', 'test'])
        write(join(data, set, seed % 2 ? 'b' : 'a', `${seed}.png`), await picture(seed));
    const seen: string[] = [];
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ subject, done, total }: { subject: string; done: number; total: number }): void => {
      if (subject !== 'duplicates') return;
      seen.push(`${done} of ${total}`);
      controller.abort(reason);
    };
    const looking = datasetDuplicates(config, { ...options, onProgress, signal: controller.signal });
    await expect(looking).rejects.toBe(reason);
    expect(seen).toEqual(['8 of 16']);
  });
});
