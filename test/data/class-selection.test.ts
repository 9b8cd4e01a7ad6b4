import { describe, expect, it } from 'vitest';
import { selectClasses } from '../../src/data/class-selection.js';
import { type ImageSet, asColumns, asImages } from '../../src/data/images/image-dataset.js';

/** Images of 1 × 2 × 1 whose pixels are their number and their label. */
function numbered(labels: number[]): ImageSet {
  return { images: Uint8Array.from(labels.flatMap((label, index) => [index, label])), labels: Int32Array.from(labels) };
}

const dataset = asColumns(
  {
    ...{ name: 'test', digest: 'of all', source: 'nowhere', height: 1, width: 2, channels: 1 },
    classes: ['cat', 'dog', 'owl'],
    train: numbered([0, 1, 2, 0, 2, 1]),
    test: numbered([2, 1]),
  },
  { name: 'test', normalization: 'rescale' },
);

describe('the images of some classes', () => {
  it('are all of theirs, in their order, labelled by the place of the class', () => {
    const { train, test, classes } = asImages(selectClasses(dataset, ['owl', 'cat']), 'a test');
    expect(classes).toEqual(['owl', 'cat']);
    expect(Array.from(train.labels)).toEqual([1, 0, 1, 0]);
    expect(Array.from(train.images.subarray(0, 8))).toEqual([0, 0, 2, 2, 3, 0, 4, 2]);
    expect(Array.from(test.labels)).toEqual([0]);
  });

  it('keep the names of their files', () => {
    const test = { ...dataset.test, files: ['owl/a.png', 'dog/b.png'] };
    expect(selectClasses({ ...dataset, test }, ['dog', 'cat']).test.files).toEqual(['dog/b.png']);
    expect(selectClasses(dataset, ['dog', 'cat']).test).not.toHaveProperty('files');
  });

  it('are another dataset', () => {
    const digests = [
      ['cat', 'dog'],
      ['dog', 'cat'],
      ['cat', 'owl'],
    ].map((names) => selectClasses(dataset, names).digest);
    expect(new Set([...digests, dataset.digest]).size).toBe(4);
  });

  it('are refused where there is no such class', () => {
    expect(() => selectClasses(dataset, ['cat', 'horse'])).toThrow(/no class "horse"/);
  });
});
