import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import type { Idx } from '../../src/config/schema/experiment.generated.js';
import { describeImages, loadImages, bytesOf, idxFile, splitDefaults, it, userError } from './fixtures.js';

const idx: Idx = {
  name: 'idx',
  train_images: 'train-images',
  train_labels: 'train-labels',
  test_images: 'test-images',
  test_labels: 'test-labels',
  validation_images: null,
  validation_labels: null,
  ...splitDefaults,
};

const pixels = (count: number) => Uint8Array.from({ length: count * 12 }, (_, index) => index % 256);

const goodFiles = {
  'train-images': idxFile([3, 2, 2, 3], pixels(3)),
  'train-labels': idxFile([3], Uint8Array.of(0, 3, 1)),
  'test-images': idxFile([2, 2, 2, 3], pixels(2)),
  'test-labels': idxFile([2], Uint8Array.of(2, 1)),
};

async function writeFiles(folder: string, files: Partial<typeof goodFiles> = {}): Promise<void> {
  for (const [name, bytes] of Object.entries({ ...goodFiles, ...files })) await writeFile(join(folder, name), bytes);
}

describe('a dataset in IDX files', () => {
  it('has its images, labels and as many classes as the largest label says', async ({ folder, options }) => {
    await writeFiles(folder);
    const dataset = await loadImages(idx, options);
    expect(dataset).toMatchObject({ height: 2, width: 2, channels: 3, classes: ['0', '1', '2', '3'] });
    expect([...dataset.train.labels]).toEqual([0, 3, 1]);
    expect([...bytesOf(dataset.test.images)]).toEqual([...pixels(2)]);
    expect(await describeImages(idx, options)).toEqual({
      ...{ height: 2, width: 2, channels: 3, classes: dataset.classes },
      hasValidation: false,
    });
  });

  it('has one channel when the images have three dimensions', async ({ folder, options }) => {
    await writeFiles(folder, {
      'train-images': idxFile([3, 4, 3], pixels(3)),
      'test-images': idxFile([2, 4, 3], pixels(2)),
    });
    expect(await loadImages(idx, options)).toMatchObject({ height: 4, width: 3, channels: 1 });
  });

  it('has a digest of its contents, whatever the container', async ({ folder, options }) => {
    await writeFiles(folder);
    const { digest } = await loadImages(idx, options);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    await writeFiles(folder, { 'train-images': gzipSync(goodFiles['train-images']) });
    expect((await loadImages(idx, options)).digest).toBe(digest);
    await writeFiles(folder, { 'train-labels': idxFile([3], Uint8Array.of(0, 1, 3)) });
    expect((await loadImages(idx, options)).digest).not.toBe(digest);
  });

  it('may have labels of two or four bytes', async ({ folder, options }) => {
    await writeFiles(folder, {
      'train-labels': idxFile([3], Uint8Array.of(0, 0, 1, 2, 0, 5), 0x0b),
      'test-labels': idxFile([2], Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 1), 0x0c),
    });
    const { train, test: held } = await loadImages(idx, options);
    expect([[...train.labels], [...held.labels]]).toEqual([
      [0, 258, 5],
      [7, 1],
    ]);
  });

  it('may have validation images of its own, which come after the training images', async ({ folder, options }) => {
    await writeFiles(folder);
    const without = await loadImages(idx, options);
    await writeFile(join(folder, 'val-images'), idxFile([2, 2, 2, 3], pixels(2)));
    await writeFile(join(folder, 'val-labels'), gzipSync(idxFile([2], Uint8Array.of(4, 0))));
    const config = { ...idx, validation_images: 'val-images', validation_labels: 'val-labels' };
    const dataset = await loadImages(config, options);
    expect(await describeImages(config, options)).toMatchObject({ hasValidation: true, classes: dataset.classes });
    expect(dataset.classes).toEqual(['0', '1', '2', '3', '4']);
    expect([[...dataset.train.labels], dataset.givenValidation]).toEqual([[0, 3, 1, 4, 0], 2]);
    expect([...bytesOf(dataset.train.images)]).toEqual([...pixels(3), ...pixels(2)]);
    // The same images for validation or for training are two datasets.
    const together = { 'train-images': idxFile([5, 2, 2, 3], bytesOf(dataset.train.images)) };
    await writeFiles(folder, { ...together, 'train-labels': idxFile([5], Uint8Array.of(0, 3, 1, 4, 0)) });
    const digests = [without.digest, dataset.digest, (await loadImages(idx, options)).digest];
    expect(new Set(digests).size).toBe(3);
  });

  it('rejects validation images of another size', async ({ folder, options }) => {
    await writeFiles(folder);
    await writeFile(join(folder, 'val-images'), idxFile([1, 3, 2, 2], pixels(1)));
    await writeFile(join(folder, 'val-labels'), idxFile([1], Uint8Array.of(0)));
    const config = { ...idx, validation_images: 'val-images', validation_labels: 'val-labels' };
    for (const read of [loadImages, describeImages])
      expect((await userError(read(config, options))).message).toContain('val-images: expected images of 2×2×3');
  });

  const mistakes: [string, Partial<typeof goodFiles>, string][] = [
    ['labels that are images', { 'train-labels': goodFiles['train-images'] }, 'expected labels: uint8, int16 or int32'],
    ['images that are labels', { 'test-images': goodFiles['test-labels'] }, 'expected images: uint8 of [count'],
    ['too few labels', { 'train-labels': goodFiles['test-labels'] }, 'expected 3 labels'],
    ['images of two sizes', { 'test-images': idxFile([2, 3, 2, 2], pixels(2)) }, 'expected images of 2×2×3'],
    ['a negative label', { 'test-labels': idxFile([2], Uint8Array.of(0, 0, 255, 255), 0x0b) }, '-1 at position 1'],
    ['no images', { 'train-images': idxFile([0, 2, 2, 3], pixels(0)) }, 'found uint8 of [0, 2, 2, 3]'],
  ];
  it.for(mistakes)('rejects %s', async ([, files, message], { folder, options }) => {
    await writeFiles(folder, files);
    const error = await userError(loadImages(idx, options));
    expect(error.code).toBe('dataset-invalid');
    expect(error.message).toContain(message);
  });
});
