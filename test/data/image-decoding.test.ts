import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/data/images/image-decoding.js';
import { type Color, WHITE } from '../../src/data/images/pixels.js';
import { decodePlainPng } from '../../src/data/images/png-decoding.js';
import { askPython, testPython } from '../support/python.js';

interface Reference {
  file: string;
  rgb: string;
  gray: string;
  height: number;
  width: number;
}

const script = fileURLToPath(new URL('pillow_images.py', import.meta.url));

/** Images and what Pillow, which comes with MLflow, makes of them. */
async function pillowImages(seed: number, background: Color): Promise<[string, Reference][]> {
  return Object.entries(await askPython<Record<string, Reference>>(await testPython(), script, { seed, background }));
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

function largestDifference(actual: Uint8Array, expected: Uint8Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);
}

describe('an image', () => {
  it('becomes what Pillow makes of it: transparency on the background, then RGB or L', async () => {
    for (const [seed, background] of [
      [1, WHITE],
      [2, [0, 0, 0]],
      [3, [200, 30, 90]],
    ] as [number, Color][]) {
      for (const [name, { file, rgb, gray, height, width }] of await pillowImages(seed, background)) {
        for (const [channels, expected] of [
          [3, bytes(rgb)],
          [1, bytes(gray)],
        ] as const) {
          const format = { height, width, channels, background };
          const decoded = await decodeImage(bytes(file), format, false);
          expect([decoded.height, decoded.width], name).toEqual([height, width]);
          expect([name, seed, channels, largestDifference(decoded.pixels, expected)]).toEqual([
            name,
            seed,
            channels,
            0,
          ]);
          const plain = decodePlainPng(bytes(file), format);
          if (plain) expect(largestDifference(plain, expected), `${name} as a plain PNG`).toBe(0);
        }
      }
    }
  });

  it('is flattened before it is resized: hidden colours leak into none beside them', async () => {
    const background: Color = [10, 250, 120];
    const opaque = /^(gray|rgb|rgb16|palette)\.\w+$/;
    const images = (await pillowImages(4, background)).filter(([name]) => !opaque.test(name));
    expect(images).toHaveLength(12);
    for (const [name, { file, rgb, height, width }] of images) {
      const flat = await sharp(bytes(rgb), { raw: { height, width, channels: 3 } })
        .png()
        .toBuffer();
      for (const channels of [1, 3]) {
        const format = { height: 9, width: 7, channels, background };
        const [actual, expected] = await Promise.all(
          [bytes(file), flat].map((image) => decodeImage(image, format, true)),
        );
        expect(largestDifference(actual.pixels, expected.pixels), `${name}, ${channels}`).toBe(0);
      }
    }
  });

  it('without transparency has the colours that it has always had', async () => {
    const images = (await pillowImages(5, WHITE)).map(([, { file }]) => bytes(file));
    const solid = images.map((image) => sharp(image).flatten().ensureAlpha(1).png().toBuffer());
    const wide = images.map((image) => sharp(image).flatten().ensureAlpha(1).toColourspace('rgb16').png().toBuffer());
    for (const image of await Promise.all([
      ...solid,
      ...wide,
      ...images.map((each) => sharp(each).flatten().toBuffer()),
    ])) {
      for (const resize of [false, true]) {
        const before = sharp(image).autoOrient();
        if (resize) before.resize({ height: 8, width: 11, fit: 'fill', kernel: 'linear' });
        const expected = await before.removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
        const decoded = await decodeImage(image, { height: 8, width: 11, channels: 3, background: [1, 2, 3] }, resize);
        expect(largestDifference(decoded.pixels, expected)).toBe(0);
      }
    }
  });

  it('of more than 50 million pixels is refused, and so is what is no image', async () => {
    const format = { height: 8, width: 8, channels: 3, background: WHITE };
    const create = { width: 10_000, height: 5_001, channels: 3, background: 'black' } as const;
    const huge = await sharp({ create }).png().toBuffer();
    await expect(decodeImage(huge, format, true)).rejects.toThrow('has more than 50 million pixels: make it smaller');
    await expect(decodeImage(Buffer.from('<svg/>'.repeat(5)), format, true)).rejects.toThrow('neither a JPEG, a PNG');
    await expect(decodeImage(Buffer.alloc(0), format, true)).rejects.toThrow('the file is empty');
  });
});
