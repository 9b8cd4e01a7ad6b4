import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { datasetShape } from '../../src/data/load.js';
import { datasetJson, datasetText } from '../../src/display/dataset-account.js';
import { idxFile, splitDefaults, it } from './fixtures.js';

it('classes without images are named, as class 0 of labels that begin at 1', async ({ folder, options }) => {
  const write = (name: string, labels: number[]): void => {
    writeFileSync(join(folder, `${name}-images`), idxFile([labels.length, 1, 1], new Uint8Array(labels.length)));
    writeFileSync(join(folder, `${name}-labels`), idxFile([labels.length], Uint8Array.from(labels)));
  };
  write('train', [1, 2, 4, 4]);
  write('test', [1, 2]);
  const files = { train_images: 'train-images', train_labels: 'train-labels' };
  const none = { validation_images: null, validation_labels: null };
  const tested = { test_images: 'test-images', test_labels: 'test-labels' };
  const config = { name: 'idx' as const, ...files, ...tested, ...none, ...splitDefaults };
  const described = await datasetShape(config, options);
  expect(described.emptyClasses).toEqual(['0', '3']);
  expect(datasetText(described, 'x.yaml')).toMatch(/^classes 0, 3 have no images: /);
  expect(datasetJson(described)).toMatchObject({ dataset: { classes_without_images: ['0', '3'] } });
  const chosen = await datasetShape({ ...config, classes: ['1', '2', '3'] }, options);
  expect(datasetText(chosen, 'x.yaml')).toMatch(/^class 3 has no images: /);
  const whole = await datasetShape({ ...config, classes: ['1', '2', '4'] }, options);
  expect([datasetText(whole, 'x.yaml'), datasetJson(whole)]).toEqual(['', {}]);
});
