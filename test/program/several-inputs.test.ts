import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCsv } from '../../src/text/csv.js';
import { Workspace } from '../support/program.js';

const ROWS = 120;

/** What each row's image, text and number say: 0 or 1 each. */
const bitsOf = (row: number): [number, number, number] => [row & 1, (row >> 1) & 1, (row >> 2) & 1];

/** Points that only all three inputs together tell: 100 of a bright image, 60 of a good text, 20 of the number. */
async function writePoints(workspace: Workspace): Promise<void> {
  mkdirSync(join(workspace.folder, 'images'));
  for (const bright of [0, 1]) {
    const create = { width: 8, height: 8, channels: 3 as const, background: bright ? '#ddd' : '#222' };
    await sharp({ create })
      .png()
      .toFile(join(workspace.folder, 'images', `${bright}.png`));
  }
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const [bright, good, number] = bitsOf(row);
    return [
      `images/${bright}.png`,
      good ? 'a good one' : 'a bad one',
      number,
      100 * bright + 60 * good + 20 * number,
    ].join();
  });
  workspace.write('points.csv', ['photo,review,number,points', ...rows].join('\n'));
}

const EXPERIMENT = `
name: points
dataset:
  name: table
  path: points.csv
  inputs:
    photo: { type: image, image_size: 8 }
    review: { type: text, output_sequence_length: 3 }
    number: number
  target: { points: number }
model:
  inputs:
    photo: { layers: [{ type: global_pooling2d }] }
    review: { layers: [{ type: embedding, output_dim: 4 }, { type: global_pooling1d }] }
  layers: [{ type: dense, units: 16 }, { type: dense }]
training: { epochs: 150, batch_size: 16, seed: 1, optimizer: { name: adam, learning_rate: 0.03 } }
tracking: none
`;

describe('a model of an image, a text and a number', () => {
  const workspace = new Workspace(afterAll);
  let id: string;

  beforeAll(async () => {
    await writePoints(workspace);
    workspace.write('points.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'points.yaml']);
    expect(code, stderr).toBe(0);
    [id] = workspace.runs();
  });

  it('has learnt of all of them, as `evaluate` tells of the saved model', async () => {
    const { code, stdout, stderr } = await workspace.ablate(['evaluate', 'points', '--json']);
    expect(code, stderr).toBe(0);
    const [{ r2_score }] = (JSON.parse(stdout) as { runs: { r2_score: number }[] }).runs;
    expect(r2_score).toBeGreaterThan(0.95);
    const summary = JSON.parse(workspace.read(join('runs', id, 'summary.json')).toString()) as {
      metrics: { test_r2_score: number };
    };
    expect(r2_score).toBeCloseTo(summary.metrics.test_r2_score, 5);
  });

  it('predicts rows of a table with the same columns, whatever their order', async () => {
    workspace.write('new.csv', 'number,review,photo\n0,a good one,images/1.png\n0,a bad one,images/0.png\n');
    const { stdout } = await workspace.ablate(['predict', 'points', 'new.csv', '--csv', '-']);
    const [, [, , good], [, , bad]] = decodeCsv(stdout);
    expect(Math.abs(Number(good) - 160)).toBeLessThan(20);
    expect(Math.abs(Number(bad))).toBeLessThan(20);
  });

  it('is explained by what each input is worth', async () => {
    const { stdout } = await workspace.ablate(['explain', 'points']);
    const order = [...stdout.matchAll(/^(photo|review|number) +/gm)].map(([, name]) => name);
    expect(order).toEqual(['photo', 'review', 'number']);
  });

  it('says what is missing of a table', async () => {
    workspace.write('less.csv', 'number,review\n0,a good one\n');
    const { code, stderr } = await workspace.ablate(['predict', 'points', 'less.csv']);
    expect(code).toBe(1);
    expect(stderr).toContain('has no column "photo"');
  });
});

describe('model.use_inputs in a sweep', () => {
  const workspace = new Workspace(afterAll);

  it('asks what each input is worth, of the same rows', async () => {
    await writePoints(workspace);
    const sweep =
      'sweep: { parameters: { model.use_inputs: [[number], [photo, review, number]] }, seeds: 2, metric: { name: val_r2_score } }';
    workspace.write('worth.yaml', `${EXPERIMENT}${sweep}\n`);
    const { code, stdout, stderr } = await workspace.ablate(['sweep', 'worth.yaml', '--json']);
    expect(code, stderr).toBe(0);
    const { cells } = JSON.parse(stdout) as { cells: { values: object; mean: number }[] };
    const meanOf = (inputs: string[]): number =>
      cells.find(({ values }) => JSON.stringify(Object.values(values)) === JSON.stringify([inputs]))?.mean ?? NaN;
    expect(meanOf(['number'])).toBeLessThan(0.5);
    expect(meanOf(['photo', 'review', 'number'])).toBeGreaterThan(0.9);
    const digests = workspace.runs().map((run) => {
      const text = workspace.read(join('runs', run, 'summary.json')).toString();
      return (JSON.parse(text) as { dataset_digest: string }).dataset_digest;
    });
    expect(new Set(digests).size).toBe(1);
  });
});
