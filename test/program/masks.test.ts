import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCsv } from '../../src/text/csv.js';
import { Workspace } from '../support/program.js';

const SIZE = 16;
const IMAGES = 40;

/** Bright squares on the dark, of which every fifth image has none. */
function writeSquares(folder: string): void {
  mkdirSync(join(folder, 'squares'));
  const rows = Array.from({ length: IMAGES }, (_, index) => {
    const [top, left, side] = [index % 7, (3 * index) % 8, index % 5 === 0 ? 0 : 4 + (index % 4)];
    const isInside = (pixel: number): boolean => {
      const [row, column] = [Math.floor(pixel / SIZE), pixel % SIZE];
      return row >= top && row < top + side && column >= left && column < left + side;
    };
    const draw = (name: string, of: (pixel: number) => number): void => {
      const data = Uint8Array.from({ length: SIZE * SIZE }, (__, pixel) => of(pixel));
      writeFileSync(join(folder, 'squares', name), encode({ width: SIZE, height: SIZE, channels: 1, depth: 8, data }));
    };
    draw(`${index}.png`, (pixel) => (isInside(pixel) ? 220 : 30) + ((pixel * 7 + index) % 20));
    draw(`${index}-mask.png`, (pixel) => (isInside(pixel) ? 1 : 0));
    return `${index}.png,${index}-mask.png`;
  });
  writeFileSync(join(folder, 'squares', 'metadata.csv'), ['photo,mask', ...rows, ''].join('\n'));
}

const EXPERIMENT = `
name: squares
dataset:
  name: table
  path: squares/metadata.csv
  inputs: { photo: { type: image, image_size: ${SIZE}, color_mode: grayscale } }
  target: { mask: { type: mask, classes: [background, square] } }
model:
  padding: same
  blocks: { count: 1, filters: 4, convolutions: 1, decoder: upsampling2d }
training:
  { loss: dice_crossentropy, class_weight: balanced, metrics: [mean_iou, pixel_accuracy], epochs: 15, batch_size: 4, optimizer: { name: adam, learning_rate: 0.02 } }
tracking: none
`;

describe('a model of masks in use', () => {
  const workspace = new Workspace(afterAll);
  let summary: { metrics: Record<string, number> };

  beforeAll(async () => {
    writeSquares(workspace.folder);
    workspace.write('squares.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'squares.yaml']);
    expect(code, stderr).toBe(0);
    summary = JSON.parse(readFileSync(join(run(), 'summary.json'), 'utf8')) as typeof summary;
  });

  const run = (): string => {
    const runs = join(workspace.folder, 'runs');
    const [name] = readdirSync(runs).filter((each) => each.startsWith('squares-'));
    return join(runs, name);
  };

  it('has learnt what is easy, and says of each class and image how well', () => {
    const { test_dice, val_dice, train_dice } = summary.metrics;
    for (const dice of [test_dice, val_dice, train_dice]) expect(dice).toBeGreaterThan(0.8);
    const [header, ...rows] = decodeCsv(readFileSync(join(run(), 'artifacts', 'test_masks.csv'), 'utf8'));
    const dice = rows.map((row) => Number(row[header.indexOf('dice')]));
    expect(rows).toHaveLength(IMAGES / 5);
    expect(dice.reduce((sum, each) => sum + each, 0) / dice.length).toBeCloseTo(test_dice, 10);
  });

  it('is evaluated from its predictions as it was tested in the graph', async () => {
    const { code, stdout, stderr } = await workspace.ablate(['evaluate', 'squares', '--json']);
    expect(code, stderr).toBe(0);
    const [told] = (JSON.parse(stdout) as { runs: (Record<string, number> & { dice_interval: number[] })[] }).runs;
    const metrics = Object.entries(summary.metrics).filter(([name]) => name.startsWith('test_'));
    for (const [name, value] of metrics) {
      if (name !== 'test_loss') expect(told[name.slice('test_'.length)], name).toBeCloseTo(value, 6);
    }
    const [from, to] = told.dice_interval;
    expect(from).toBeLessThanOrEqual(told.dice);
    expect(to).toBeGreaterThanOrEqual(told.dice);
  });

  it('is drawn where it is furthest off: each image, its true mask, the predicted one, and what is wrong', async () => {
    const { code, stderr } = await workspace.ablate(['evaluate', 'squares', '--plot', 'worst.svg']);
    expect(code, stderr).toBe(0);
    const svg = workspace.read('worst.svg').toString();
    const captions = [...svg.matchAll(/>test row (\d+): Dice ([\d.]+) %</g)];
    // All of these, of whom there are as many as a picture shows; the least first.
    expect(captions).toHaveLength(IMAGES / 5);
    const dice = captions.map(([, , share]) => Number(share));
    expect(dice).toEqual(dice.toSorted((a, b) => a - b));
    const pictures = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, png]) => decode(Buffer.from(png, 'base64'))); // prettier-ignore
    expect(pictures).toHaveLength((4 * IMAGES) / 5);
    for (const { width, height, channels } of pictures) expect([width, height, channels]).toEqual([SIZE, SIZE, 3]);
    const differs = (a: number, b: number): boolean => !pictures[a].data.every((value, at) => value === pictures[b].data[at]); // prettier-ignore
    // Of one that isn't perfect, the image is changed where it is wrong; its gray is drawn as it was.
    for (const [row, share] of dice.entries()) expect(differs(4 * row, 4 * row + 3)).toBe(share < 100);
  });

  it('writes the masks of a table, and how large their classes are', async () => {
    const asked = ['squares/metadata.csv', '--masks', 'masks', '--csv', 'areas.csv'];
    const { code, stderr } = await workspace.ablate(['predict', 'squares', ...asked]);
    expect(code, stderr).toBe(0);
    const [header, ...rows] = decodeCsv(workspace.read('areas.csv').toString());
    expect(header).toEqual(['table', 'row', 'background pixels', 'square pixels']);
    expect(rows).toHaveLength(IMAGES);
    for (const [, row, background, square] of rows) {
      const { data, width, height } = decode(workspace.read(join('masks', `metadata-${row}.png`)));
      expect([width, height]).toEqual([SIZE, SIZE]);
      const inside = [...data].filter((value) => value === 1).length;
      expect([Number(background), Number(square)]).toEqual([SIZE * SIZE - inside, inside]);
    }
  });

  it('is not served, and says what can be had', async () => {
    const { code, stderr } = await workspace.ablate(['serve', 'squares']);
    expect(code).toBe(2);
    expect(stderr).toContain("masks, which aren't served yet");
    expect(stderr).toContain('--masks');
  });
});
