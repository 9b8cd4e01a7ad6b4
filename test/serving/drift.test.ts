import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../src/inference/tasks.js';
import { randomStream } from '../../src/random.js';
import { DriftMonitor } from '../../src/serving/drift.js';
import { imageDrift } from '../../src/serving/images/image-drift.js';
import { binOf, populationStability, quantileBounds } from '../../src/serving/population-stability.js';

const counts = fc.array(fc.nat({ max: 1000 }), { minLength: 2, maxLength: 20 });

describe('the population stability index', () => {
  it('is the textbook sum', () => {
    // Shares far from 0, of counts so large that the prior doesn't matter.
    const psi = populationStability([5e6, 3e6, 2e6], [4e6, 4e6, 2e6]);
    expect(psi).toBeCloseTo((0.4 - 0.5) * Math.log(0.4 / 0.5) + (0.4 - 0.3) * Math.log(0.4 / 0.3), 5);
  });

  it('is 0 of equal counts, never negative, symmetric and finite', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [first, second] = [a.slice(0, b.length), b.slice(0, a.length)];
        expect(populationStability(first, first)).toBe(0);
        const psi = populationStability(first, second);
        expect(psi).toBeGreaterThanOrEqual(-1e-12);
        expect(Number.isFinite(psi)).toBe(true);
        expect(populationStability(second, first)).toBeCloseTo(psi, 10);
      }),
    );
  });
});

describe('quantile bounds', () => {
  it('part values into bins of about the same size', () => {
    const stream = randomStream(1, 'values');
    const values = Array.from({ length: 1000 }, () => stream.uniform());
    const bounds = quantileBounds(values, 10);
    const bins = new Array<number>(10).fill(0);
    for (const value of values) bins[binOf(value, bounds)] += 1;
    expect(bins).toEqual(new Array<number>(10).fill(100));
  });

  it('leave out bins that would be empty', () => {
    expect(quantileBounds([1, 1, 1, 1, 1], 10)).toEqual([]);
    expect(quantileBounds([0, 0, 0, 0, 1, 1], 3)).toEqual([1]);
  });
});

describe('a drift monitor', () => {
  it('tells values apart from those that are nearly all the same, and joins rare kinds', () => {
    const monitor = new DriftMonitor({ source: 'training', rows: 100 }, [
      { name: 'same', reference: new Float32Array(100).fill(0.1) },
      { name: 'kinds', reference: Int32Array.from({ length: 100 }, (_, row) => (row < 81 ? row % 30 : 0)), kinds: 30 },
      { name: 'none', reference: new Float32Array(100).fill(NaN) },
    ]);
    for (let row = 0; row < 200; row++) monitor.observe({ same: 0.1, kinds: row % 30, none: 1 });
    expect(monitor.report().features.same).toMatchObject({ level: 'none', observed: [0, 1, 0] });
    expect(monitor.report().features.kinds.expected).toHaveLength(20);
    for (let row = 0; row < 1000; row++) monitor.observe({ same: row % 2, kinds: NaN });
    expect(monitor.report().features.same).toMatchObject({ level: 'large', observed: [0.5, 0, 0.5] });
  });

  const stream = randomStream(2, 'drift');
  const numbers = (count: number, next: () => number) => Float32Array.from({ length: count }, next);
  const reference: Reference = {
    brightness: numbers(2000, () => stream.uniform()),
    contrast: numbers(2000, () => stream.uniform()),
    confidence: numbers(2000, () => 1 - stream.uniform() ** 4),
    predictions: Int32Array.from({ length: 2000 }, () => stream.below(10)),
    source: 'validation',
  };
  const likeReference = () => ({
    brightness: stream.uniform(),
    contrast: stream.uniform(),
    confidence: 1 - stream.uniform() ** 4,
    prediction: stream.below(10),
  });

  it('says nothing before it has seen enough', () => {
    const monitor = imageDrift(reference, 10);
    for (let count = 0; count < 199; count++) monitor.observe(likeReference());
    expect(monitor.report()).toMatchObject({
      reference: { source: 'validation', images: 2000 },
      window: 199,
      features: { brightness: { psi: null, level: 'unknown' } },
    });
  });

  it('sees none in inputs like its own, and tells which quantity has drifted', () => {
    const monitor = imageDrift(reference, 10);
    for (let count = 0; count < 1000; count++) monitor.observe(likeReference());
    const { features } = monitor.report();
    expect(Object.values(features).map(({ level }) => level)).toEqual(['none', 'none', 'none', 'none']);
    for (let count = 0; count < 1000; count++) {
      monitor.observe({ ...likeReference(), brightness: 0.5 + 0.5 * stream.uniform(), prediction: 3 });
    }
    const { brightness, contrast, prediction } = monitor.report().features;
    expect([brightness.level, contrast.level, prediction.level]).toEqual(['large', 'none', 'large']);
  });

  it('tells the share of each bin, of both, and what counts as drift', () => {
    const monitor = imageDrift(reference, 10);
    monitor.observe({ ...likeReference(), prediction: 3 });
    const { features, thresholds } = monitor.report();
    expect(thresholds).toEqual({ moderate: 0.1, large: 0.25 });
    expect(features.prediction.observed).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for (const { expected, observed } of Object.values(features)) {
      expect(observed).toHaveLength(expected.length);
      for (const shares of [expected, observed])
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
    }
    expect(imageDrift(reference, 10).report().features.prediction.observed).toEqual(new Array(10).fill(0));
  });

  it('calls what is no probability an output', () => {
    const { features } = imageDrift(reference, 10, 'output').report();
    expect(Object.keys(features)).toEqual(['brightness', 'contrast', 'output', 'prediction']);
  });

  it('forgets what is older than its window', () => {
    const monitor = imageDrift(reference, 10);
    for (let count = 0; count < 3000; count++) monitor.observe({ ...likeReference(), brightness: 0.99 });
    for (let count = 0; count < 1000; count++) monitor.observe(likeReference());
    expect(monitor.report()).toMatchObject({ window: 1000, features: { brightness: { level: 'none' } } });
  });
});
