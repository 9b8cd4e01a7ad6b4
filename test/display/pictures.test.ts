import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationSvg, type ShownImage } from '../../src/display/evaluation-picture.js';
import { writePreview } from '../../src/display/preview-picture.js';
import { toPng } from '../../src/report/plots/png.js';

const ESCAPE = '\u001b';
const classes = ['automobile', `ship${ESCAPE}[31m`];

describe('the picture of an evaluation', () => {
  let png: Buffer;

  beforeAll(async () => {
    png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  });

  const pictureOf = (images: readonly Omit<ShownImage, 'png'>[], names = classes): string =>
    evaluationSvg([
      {
        panel: { name: 'model', calibration: { expectedError: 0.01, maximumError: 0.02, bins: [] } },
        classes: names,
        counts: names.map((_, i) => names.map((_, j) => (i === j ? 5 : 1))),
        worst: images.map((image) => ({ ...image, png })),
      },
    ]);

  it('shows control characters of names, which XML has none of', async () => {
    const svg = pictureOf([{ label: classes[1], prediction: 'automobile', probability: 0.9 }]);
    expect(svg).not.toContain(ESCAPE);
    expect(svg).toContain(String.raw`ship\u001b[31m`);
    await expect(sharp(await toPng(svg)).metadata()).resolves.toMatchObject({ format: 'png' });
  });

  it('cuts no name that has room, and lets none run into its neighbour', () => {
    const told = { prediction: 'automobile', probability: 0.9 };
    const svg = pictureOf(Array.from({ length: 4 }, () => ({ ...told, label: 'convertible' })));
    expect(svg).toContain('>convertible</text>');
    expect(svg).toContain('>→ automobile</text>');
    const long = 'a class that is called by a whole sentence, as some are';
    const places = [
      ...pictureOf(Array.from({ length: 4 }, () => ({ ...told, label: long }))).matchAll(
        /<text x="([\d.]+)"[^>]*>(a [^<]*)</g,
      ),
    ];
    expect(places).toHaveLength(4);
    // A letter of 11 pixels' size is about 6 wide.
    for (const [i, [, , text]] of places.slice(1, 3).entries())
      expect(Number(places[i][1]) + 6 * text.length).toBeLessThan(Number(places[i + 1][1]));
  });

  it('writes the classes of ten out, upright where columns are narrow', () => {
    const ten = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    const svg = pictureOf([], ten);
    for (const name of ten) expect(svg.match(new RegExp(`>${name}</text>`, 'g'))).toHaveLength(2);
  });
});

describe('the picture of a preview', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-preview-'));

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const preview = (label: string, width: number) => ({
    columns: 2,
    rows: 1,
    height: 96,
    width,
    channels: 3,
    labels: [label, label],
    pixels: new Uint8Array(2 * 96 * width * 3).fill(255),
  });

  it('shows control characters of names', async () => {
    const path = join(folder, 'escaped.png');
    await expect(writePreview(preview(`ship${ESCAPE}`, 96), 'as they are', path)).resolves.toMatchObject({
      width: 264,
    });
  });

  it('has no room for names below narrow images, so that none lies over another', async () => {
    const path = join(folder, 'narrow.png');
    // By hand: 64 for words, 2 columns of 3 + 4 pixels; into 7 fits no letter.
    expect(await writePreview(preview('wwwwwwwwww', 3), 'a', path)).toEqual({ width: 78, height: 136 });
    const { data } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true });
    const below = data.subarray(78 * (4 + 16 + 96 + 1));
    expect(Math.min(...below)).toBeGreaterThan(200);
  });
});
