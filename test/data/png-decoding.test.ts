import fc from 'fast-check';
import sharp, { type PngOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/data/images/image-decoding.js';
import { type Color, WHITE } from '../../src/data/images/pixels.js';
import { decodePlainPng } from '../../src/data/images/png-decoding.js';

const picture = fc
  .record({
    height: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 40 }),
    channels: fc.constantFrom(1, 3),
    background: fc.constantFrom<Color[]>(WHITE, [9, 8, 7]),
  })
  .chain((format) => {
    const length = format.height * format.width * format.channels;
    return fc.record({ format: fc.constant(format), pixels: fc.uint8Array({ minLength: length, maxLength: length }) });
  });

const png = (
  pixels: Uint8Array,
  { channels, height, width }: { height: number; width: number; channels: number },
  options: PngOptions,
) =>
  sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png(options)
    .toBuffer();

describe('a plain PNG', () => {
  it('is decoded as libvips does, interlaced or not', async () => {
    await fc.assert(
      fc.asyncProperty(picture, fc.boolean(), async ({ format, pixels }, progressive) => {
        const file = await png(pixels, format, { progressive, adaptiveFiltering: true });
        expect(decodePlainPng(file, format)).toEqual(pixels);
        expect(new Uint8Array((await decodeImage(file, format, false)).pixels)).toEqual(pixels);
      }),
      { numRuns: 60 },
    );
  });

  it('of gray that becomes colours, or the other way round, with transparency or without, likewise', async () => {
    const wanted = fc.constantFrom(1, 3);
    await fc.assert(
      fc.asyncProperty(picture, wanted, fc.constantFrom(1, 0.5, 0), async ({ format, pixels }, channels, alpha) => {
        const { background, ...raw } = format;
        const image = sharp(pixels, { raw }).toColourspace(format.channels === 1 ? 'b-w' : 'srgb');
        const file = await (alpha < 1 ? image.ensureAlpha(alpha) : image).png().toBuffer();
        const decoded = await decodeImage(file, { ...raw, channels, background }, true);
        expect(decodePlainPng(file, { ...raw, channels, background })).toEqual(new Uint8Array(decoded.pixels));
      }),
      { numRuns: 60 },
    );
  });

  it('is left to libvips when it must be resized, has a palette, or is damaged', async () => {
    const format = { height: 4, width: 4, channels: 1, background: WHITE };
    const pixels = Uint8Array.from({ length: 16 }, (_, index) => 16 * index);
    const file = await png(pixels, format, {});
    expect(decodePlainPng(file, format)).toEqual(pixels);
    expect(decodePlainPng(file, { ...format, width: 5 })).toBeUndefined();
    const coloured = Buffer.from(Array.from({ length: 48 }, (_, index) => 5 * index));
    const palette = await png(coloured, { ...format, channels: 3 }, { palette: true });
    expect(decodePlainPng(palette, { ...format, channels: 3 })).toBeUndefined();
    const damaged = Buffer.from(file);
    damaged[file.length - 20] ^= 1;
    expect(decodePlainPng(damaged, format)).toBeUndefined();
    for (let end = 0; end < file.length - 12; end++)
      expect(decodePlainPng(file.subarray(0, end), format)).toBeUndefined();
  });
});
