import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitTrain } from '../../src/data/split.js';
import { epochOrder } from '../../src/training/trainer.js';
import { mnistImages } from '../data/fixtures.js';
import { type ProgramResult, Workspace } from '../support/program.js';

const experiment = `
dataset: { name: mnist }
augmentation:
  rotation: { factor: 0.1 }
  cutout: { size: 8 }
model: { layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }] }
training: { seed: 5 }
tracking: none
`;

/** A digit's pixel is a square of 4 × 4 pixels, that is 112 for 28; 4 lie between images. */
const [SCALE, CELL, GAP, LEFT, LINE] = [4, 112, 4, 64, 16];
/**
 * By hand: 4 pixels, the title in 3 lines of 16, 5 rows of 112 + 4, the classes below the first row in 16; beside 64 for
 * words, 3 columns of 112 + 4.
 */
const [WIDTH, HEIGHT] = [412, 648];
/** Where the rows begin. */
const TOPS = [52, 184, 300, 416, 532];

describe('ablate preview', () => {
  const workspace = new Workspace(afterAll);
  let first: ProgramResult;

  beforeAll(async () => {
    workspace.write('digits.yaml', experiment);
    first = await workspace.ablate(['preview', 'digits.yaml', '--count', '3']);
  });

  /** The digits of the picture, sampled in the middle of their pixels: [row][column] → 28 × 28 values. */
  async function digits(file: string): Promise<number[][][]> {
    const { data, info } = await sharp(join(workspace.folder, file)).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 3 });
    const digit = (row: number, column: number): number[] =>
      Array.from({ length: 28 * 28 }, (_, pixel) => {
        const y = TOPS[row] + SCALE * Math.floor(pixel / 28) + 2;
        const x = LEFT + column * (CELL + GAP) + SCALE * (pixel % 28) + 2;
        return data[3 * (y * info.width + x)];
      });
    return [0, 1, 2, 3, 4].map((row) => [0, 1, 2].map((column) => digit(row, column)));
  }

  it('shows the first images of the first batch as they are, and as four steps change them', async () => {
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: 'preview.png\n' });
    const [originals, ...changed] = await digits('preview.png');
    const { train } = await mnistImages();
    const split = splitTrain(train.labels, { validation_split: 0.1, train_fraction: 1, seed: 5 });
    const order = epochOrder(split.train, 5, 1);
    originals.forEach((digit, column) => {
      const index = order[column];
      expect(digit).toEqual([...train.images.subarray(index * 784, (index + 1) * 784)]);
      const versions = new Set([digit, ...changed.map((row) => row[column])].map((pixels) => pixels.join()));
      expect(versions.size).toBe(5);
    });
  });

  it('draws the same picture for the same seed, and another for another', async () => {
    await workspace.ablate(['preview', 'digits.yaml', '--count', '3', '--output', 'again.png']);
    await workspace.ablate(['preview', 'digits.yaml', '--count', '3', '--output', 'other.png', '--seed', '6']);
    expect(workspace.read('again.png').equals(workspace.read('preview.png'))).toBe(true);
    expect(workspace.read('other.png').equals(workspace.read('preview.png'))).toBe(false);
  });

  it('prints one JSON document with --json, and shows no more images than a batch has', async () => {
    const words = ['preview', 'digits.yaml', 'training.batch_size=2', '--json', '--output', 'pictures/two.png'];
    const { stdout } = await workspace.ablate(words);
    const path = join(workspace.folder, 'pictures', 'two.png');
    // By hand: 64 + 2 · 116; the title takes 5 lines there.
    expect(JSON.parse(stdout)).toEqual({ path, width: 296, height: 680, images: 2, steps: 4 });
    expect(await sharp(path).metadata()).toMatchObject({ width: 296, height: 680 });
  });

  it('has words: what is done above, what each row is at its left, the classes below', async () => {
    const { data, info } = await sharp(join(workspace.folder, 'preview.png'))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const inkIn = (left: number, from: number, width: number, height: number): number =>
      Array.from(
        { length: width * height },
        (_, i) => data[(from + Math.floor(i / width)) * info.width + left + (i % width)],
      ).filter((value) => value < 128).length;
    for (const line of [0, 1, 2]) expect(inkIn(0, GAP + line * LINE, WIDTH, LINE)).toBeGreaterThan(100);
    for (const row of [0, 1, 2, 3, 4]) expect(inkIn(0, TOPS[row], LEFT, 2 * LINE)).toBeGreaterThan(20);
    expect(inkIn(LEFT, TOPS[0] + CELL, WIDTH - LEFT, LINE)).toBeGreaterThan(20);
  });

  it.each([
    ['no augmentation', ['augmentation={}'], /no augmentation.*\nfor example: ablate preview/, 2],
    [
      'a count that is none',
      ['--count', 'many'],
      /'--count <n>' argument 'many' is invalid. Expected a whole number from 1 to 32/,
      2,
    ],
    ['a seed that is none', ['--seed', 'luck'], /training\.seed/, 2],
    [
      'a folder that is a file',
      ['--output', 'digits.yaml/x.png'],
      /can't write .*digits.yaml\/x.png: .*\nname another file/,
      1,
    ],
  ])('explains %s', async (_, words, message, code) => {
    const result = await workspace.ablate(['preview', 'digits.yaml', ...words]);
    expect(result.stderr).toMatch(message);
    expect(result).toMatchObject({ code, stdout: '' });
  });
});
