import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import type { Problem } from '../../src/config/text/problems.js';
import { ConfigError } from '../../src/config/text/config-error.js';
import { datasetJson, datasetText } from '../../src/display/dataset-account.js';
import { type CheckedExperiment, loadAll } from '../../src/launch/experiment-arguments.js';
import { idxFile, it } from '../data/fixtures.js';

const network = 'model: {layers: [{type: flatten}, {type: dense}]}\n';

/** An experiment on `pets`, with images for `sets`. */
async function writePets(folder: string, sets: string[]): Promise<string> {
  const image = await sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } }).toBuffer();
  const png = await sharp(image, { raw: { width: 3, height: 3, channels: 3 } })
    .png()
    .toBuffer();
  for (const path of sets.flatMap((set) => [`${set}/cat`, `${set}/dog`])) {
    mkdirSync(join(folder, 'pets', path), { recursive: true });
    for (const name of ['1.png', '2.png', '.hidden.png']) writeFileSync(join(folder, 'pets', path, name), png);
  }
  const file = join(folder, 'pets.yaml');
  writeFileSync(file, `dataset: {name: image_folder, path: pets}\n${network}`);
  return file;
}

async function check(file: string, overrides: string[] = []): Promise<CheckedExperiment> {
  return (await loadAll({ files: [file], overrides }))[0];
}

async function problems(file: string, overrides: string[] = []): Promise<readonly Problem[]> {
  const error: unknown = await check(file, overrides).catch((thrown: unknown) => thrown);
  return (error as ConfigError).problems;
}

it('a part to draw for validation is a mistake where validation images are given', async ({ folder }) => {
  const file = await writePets(folder, ['train', 'val', 'test']);
  expect((await check(file)).data).toMatchObject({ hasValidation: true, folder: { train: 4, validation: 4, test: 4 } });
  for (const split of ['0.2', '0']) {
    expect(await problems(file, [`dataset.validation_split=${split}`])).toMatchObject([
      {
        code: 'conflict',
        path: 'dataset.validation_split',
        message: expect.stringContaining('that are given') as string,
      },
    ]);
  }
  writeFileSync(file, `sweep: {parameters: {dataset.validation_split: [0.1, 0.3]}}\n`, { flag: 'a' });
  expect((await problems(file)).map(({ line, column }) => [line, column])).toEqual([[3, 54]]);
});

it('without validation images the part is drawn as before', async ({ folder }) => {
  const file = await writePets(folder, ['train', 'test']);
  expect((await check(file, ['dataset.validation_split=0.2'])).data.hasValidation).toBe(false);
});

it('what a folder holds is told in words and as JSON', async ({ folder }) => {
  const { data } = await check(await writePets(folder, ['training', 'validation']));
  expect(datasetText(data, 'pets.yaml')).toBe(
    [
      'classes: cat, dog',
      'validation images are given, 20 % of each class are drawn for the test',
      'passed over: 4 (4 hidden); `ablate check pets.yaml --json` names them',
      '',
    ].join('\n'),
  );
  expect(datasetJson(data)).toMatchObject({
    dataset: {
      ...{ classes: ['cat', 'dog'], train: 3, validation: 4, test: 1, test_is_drawn: true },
      passed_over: expect.arrayContaining([{ path: 'training/cat/.hidden.png', reason: 'hidden' }]) as object,
    },
  });
});

it('all entries that cannot be read are in the mistake', async ({ folder }) => {
  const file = await writePets(folder, ['train', 'test']);
  for (let index = 0; index < 12; index++) symlinkSync('gone', join(folder, `pets/test/dog/lost${index}.jpg`));
  const [{ path, message, files }] = await problems(file);
  expect([path, files?.length, files?.[0]]).toEqual([
    'dataset.path',
    12,
    { path: 'test/dog/lost0.jpg', reason: 'a link to nothing' },
  ]);
  expect(message).not.toContain('\n');
  expect(message).toContain('and 9 more');
});

it('IDX files for validation come in pairs, and identify no experiment', async ({ folder }) => {
  for (const set of ['train', 'val', 'test']) {
    writeFileSync(join(folder, `${set}-x`), idxFile([2, 3, 3], new Uint8Array(18)));
    writeFileSync(join(folder, `${set}-y`), idxFile([2], Uint8Array.of(0, 1)));
  }
  const file = join(folder, 'idx.yaml');
  const files = 'name: idx, train_images: train-x, train_labels: train-y, test_images: test-x, test_labels: test-y';
  writeFileSync(file, `dataset: {${files}}\n${network}`);
  const without = await check(file);
  const images = `+dataset.validation_images=${join(folder, 'val-x')}`;
  const labels = `+dataset.validation_labels=${join(folder, 'val-y')}`;
  const given = await check(file, [images, labels]);
  expect(given.data.hasValidation).toBe(true);
  expect(configHash(given.config)).toBe(configHash(without.config));
  expect(await problems(file, [images])).toMatchObject([
    { code: 'missing-key', message: 'validation_images without validation_labels' },
  ]);
  expect(await problems(file, [images, labels, 'dataset.validation_split=0.5'])).toMatchObject([
    { code: 'conflict', path: 'dataset.validation_split' },
  ]);
});
