import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizationStatistics } from '../../src/data/normalization.js';

function dataset(images: number[], count: number, channels: number) {
  return { images: Uint8Array.from(images), count, channels };
}

describe('normalizationStatistics', () => {
  it('rescale and none do not depend on the images', () => {
    const images = dataset([1, 2, 3, 4, 5, 6], 2, 3);
    const indices = Int32Array.of(0, 1);
    expect(normalizationStatistics(images, indices, 'rescale')).toEqual({
      mean: [0, 0, 0],
      standardDeviation: [255, 255, 255],
    });
    expect(normalizationStatistics(images, indices, 'none')).toEqual({ mean: [0, 0, 0], standardDeviation: [1, 1, 1] });
  });

  it('standardize is per channel and only over the given images', () => {
    // Three images of two pixels of two channels; the last image is not trained on.
    const images = dataset([0, 10, 4, 10, 8, 10, 4, 10, 255, 255, 255, 255], 3, 2);
    const { mean, standardDeviation } = normalizationStatistics(images, Int32Array.of(0, 1), 'standardize');
    expect(mean).toEqual([4, 10]);
    expect(standardDeviation).toEqual([Math.sqrt(8), 1]);
  });

  it('equals the two-pass definition', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 200 }), (values) => {
        const images = dataset([...values], values.length, 1);
        const indices = Int32Array.from(values.keys());
        const { mean, standardDeviation } = normalizationStatistics(images, indices, 'standardize');
        const expectedMean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - expectedMean) ** 2, 0) / values.length;
        expect(mean[0]).toBeCloseTo(expectedMean, 12);
        expect(standardDeviation[0]).toBeCloseTo(new Set(values).size === 1 ? 1 : Math.sqrt(variance), 10);
      }),
    );
  });
});
