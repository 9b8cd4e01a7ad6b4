import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { decodeCsv } from '../../src/text/csv.js';
import { loadDataset } from '../../src/data/load.js';
import { runExperiment } from '../../src/run/experiment.js';
import { planRun } from '../../src/run/plan.js';
import { readHistory } from '../../src/tracking/run-history.js';
import { runDirectory } from '../../src/tracking/run-store.js';
import { temporaryFolder } from '../support/runs.js';
import { startTensorFlow } from '../support/tensorflow.js';

const EXPERIMENT = `
name: shades
dataset: { name: image_folder, path: shades, normalization: standardize }
model: { layers: [{ type: flatten }, { type: dense }] }
training: { epochs: 2, batch_size: 4 }
tracking: none
`;

async function writeShade(file: string, shade: number): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await sharp({ create: { width: 3, height: 2, channels: 3, background: { r: shade, g: shade, b: 9 } } }).toFile(file);
}

it('a run validates on the images given for it, trains on none of them, and names all that cannot be decoded', async () => {
  const folder = temporaryFolder();
  const shades = join(folder, 'shades');
  for (const [index, shade] of [10, 30, 60, 140, 200, 250].entries()) {
    const name = shade < 100 ? 'dark' : 'light';
    await writeShade(join(shades, `Training/${name}/${index}.png`), shade);
    // The same for validation and for the test, so that they score the same.
    for (const set of ['dev', 'Testing']) await writeShade(join(shades, set, name, `${index}.png`), shade + 3);
  }
  const file = join(folder, 'shades.yaml');
  writeFileSync(file, EXPERIMENT);
  const { config } = loadExperiment(file, {});
  const plan = planRun(config, await loadDataset(config.dataset, { baseDirectory: folder }));
  expect(plan.data).toMatchObject({ train: 6, validation: 6, test: 6 });
  const runsDirectory = join(folder, 'runs');
  const job = { config, configHash: configHash(config), source: file, runsDirectory };
  const runtime = await startTensorFlow();
  const run = () => runExperiment(job, () => Promise.resolve(runtime), { onProgress: () => undefined });
  const summary = await run();
  expect([summary.status, summary.error]).toEqual(['FINISHED', null]);
  expect(summary.metrics.val_loss).toBeCloseTo(summary.metrics.test_loss, 5);
  const { datasets } = readHistory(runDirectory(runsDirectory, summary.id));
  expect(datasets.map(({ context, samples }) => [context, samples])).toEqual([
    ['training', 6],
    ['validation', 6],
    ['test', 6],
  ]);
  const { artifacts } = runDirectory(runsDirectory, summary.id);
  const [header, ...rows] = decodeCsv(readFileSync(join(artifacts, 'test_predictions.csv'), 'utf8'));
  expect(header).toEqual(['index', 'label', 'prediction', 'file', 'confidence']);
  expect(rows.map(([index, label, , path]) => [index, label, path])).toEqual(
    [0, 1, 2, 3, 4, 5].map((index) => [
      ...[String(index), index < 3 ? '0' : '1'],
      `Testing/${index < 3 ? 'dark' : 'light'}/${index}.png`,
    ]),
  );
  // Of two classes, the one that is predicted is the more probable.
  for (const [, , , , confidence] of rows) expect(Number(confidence)).toBeGreaterThanOrEqual(0.5);
  const broken = Array.from({ length: 13 }, (_, index) => `dev/dark/broken${index}.png`);
  for (const path of broken) writeFileSync(join(shades, path), 'no image');
  const failed = await run();
  expect(failed.status, failed.error ?? '').toBe('FAILED');
  expect(failed.files?.map(({ path }) => path)).toEqual(broken.sort());
});
