import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '../../../src/config/schema/experiment.generated.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { IMAGES, SEED, STEP, augment, changedImages } from './harness.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

const DRAWS = 4000;
/** Images of one pixel of two channels. */
const small = {
  images: Array.from({ length: DRAWS }, () => [[[100, 0]]]),
  labels: new Array<number>(DRAWS).fill(0),
};

/** Of the Kolmogorov–Smirnov distance, at the level 0.001. */
const CRITICAL = 1.95 / Math.sqrt(DRAWS);

/** The largest distance between the draws' distribution function and the one that they should have. */
function kolmogorovSmirnov(draws: number[], distribution: (x: number) => number): number {
  const sorted = Float64Array.from(draws).sort();
  const distances = Array.from(sorted, (draw, index) => {
    const wanted = distribution(draw);
    return Math.max(wanted - index / DRAWS, (index + 1) / DRAWS - wanted);
  });
  return Math.max(...distances);
}

describe('the draws of an augmentation', () => {
  const everything: Partial<AugmentationConfig> = {
    flip: { mode: 'horizontal', probability: 0.5 },
    rotation: { factor: 0.1, probability: 0.5, fill_mode: 'reflect', fill_value: 0, interpolation: 'bilinear' },
    crop: { padding: 2, probability: 1, fill_mode: 'constant', fill_value: 0 },
    brightness: { factor: 0.2, probability: 1 },
    noise: { stddev: 0.1, probability: 0.5 },
    cutout: { size: 3, fill_value: 0, probability: 1 },
    mixup: { alpha: 0.2, probability: 1 },
    cutmix: { alpha: 1, probability: 0.5 },
  };
  const bits = (at?: { seed?: number; step?: number }): string => {
    const { images, labels } = augment(runtime, everything, at);
    return JSON.stringify([images, labels]);
  };

  it('are the same bits for the same seed and step, others for others', () => {
    expect(bits()).toBe(bits());
    const others = [{ seed: SEED + 1 }, { step: STEP + 1 }, { seed: STEP, step: SEED }];
    expect(new Set([bits(), ...others.map(bits)]).size).toBe(4);
  });

  it('stay as they are when another operation is added', () => {
    const brightness = { factor: 0.2, probability: 0.5 };
    const flip = { mode: 'horizontal', probability: 0.5 } as const;
    const gray = IMAGES.map((image) => image.map((row) => row.map((pixel) => pixel.map(() => 100))));
    const alone = augment(runtime, { brightness }, { images: gray });
    expect(augment(runtime, { flip, brightness }, { images: gray }).images).toEqual(alone.images);
  });

  it.each([0, 0.1, 0.5, 0.9, 1])('change a part of the images: %s', (probability) => {
    const { images } = augment(runtime, { brightness: { factor: [0.1, 0.1], probability } }, small);
    const changed = images.filter(([[[value]]]) => value !== 100).length;
    const deviation = Math.sqrt(DRAWS * probability * (1 - probability));
    expect(Math.abs(changed - DRAWS * probability)).toBeLessThanOrEqual(4 * deviation);
  });

  it('are uniform over the range', () => {
    const { images } = augment(runtime, { brightness: { factor: [-0.3, 0.1], probability: 1 } }, small);
    const draws = images.map(([[[value]]]) => (value - 100) / 255);
    expect(kolmogorovSmirnov(draws, (x) => (x + 0.3) / 0.4)).toBeLessThan(CRITICAL);
    expect(kolmogorovSmirnov(draws, (x) => (x + 0.3) / 0.45)).toBeGreaterThan(CRITICAL);
  });

  it('are normal for noise', () => {
    const images = Array.from({ length: DRAWS }, () => [[[128]]]);
    const draws = augment(runtime, { noise: { stddev: 0.1, probability: 1 } }, { ...small, images }).images.map(
      ([[[value]]]) => (value - 128) / 255,
    );
    const normal = (deviation: number) => (x: number) => (1 + tf.erf(x / (Math.SQRT2 * deviation)).dataSync()[0]) / 2;
    expect(kolmogorovSmirnov(draws, normal(0.1))).toBeLessThan(CRITICAL);
    expect(kolmogorovSmirnov(draws, normal(0.12))).toBeGreaterThan(CRITICAL);
  });

  it('crop at each offset alike', () => {
    const images = Array.from({ length: DRAWS }, () => [[[0], [1], [2], [3], [4]]]);
    const crop = { padding: 2, probability: 1, fill_mode: 'wrap', fill_value: 0 } as const;
    const counts = new Array<number>(5).fill(0);
    for (const [[[first]]] of augment(runtime, { crop }, { ...small, images }).images) counts[first] += 1;
    const deviation = Math.sqrt(DRAWS * 0.2 * 0.8);
    for (const count of counts) expect(Math.abs(count - DRAWS / 5)).toBeLessThan(4 * deviation);
  });

  it.each([
    ['mixup', { mixup: { alpha: 1, probability: 0.5 } }],
    ['cutmix', { cutmix: { alpha: 1, probability: 0.5 } }],
  ])('mix all images of a batch or none: %s', (name, config) => {
    const mixed = Array.from({ length: 40 }, (_, step) => {
      const { images, labels } = augment(runtime, config, { step });
      const changed = changedImages(images);
      const isMixed = changed.includes(true);
      const areWhole = (labels as number[][]).every((shares) => shares.includes(1));
      // A rectangle may be empty, or of the same class; a blend of this batch never is.
      if (name === 'mixup') expect([new Set(changed).size, areWhole]).toEqual([1, !isMixed]);
      if (!isMixed) expect(areWhole).toBe(true);
      return isMixed;
    }).filter(Boolean).length;
    expect(Math.abs(mixed - 20)).toBeLessThan(4 * Math.sqrt(40 * 0.25));
  });
});

describe('mixup blends by Beta(alpha, alpha)', () => {
  // Black and white take turns, so that each image shows the share of its white one.
  const striped = { ...small, images: Array.from({ length: DRAWS }, (_, image) => [[[image % 2 === 0 ? 0 : 255]]]) };
  const draws = (alpha: number): number[] =>
    augment(runtime, { mixup: { alpha, probability: 1 } }, striped).images.map(([[[value]]], image) =>
      image % 2 === 0 ? value / 255 : 1 - value / 255,
    );

  // Those whose distribution function needs no table: arcsine, uniform, parabolic.
  it.each<[number, (x: number) => number]>([
    [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x) => x],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
  ])('of the whole distribution: alpha %s', (alpha, distribution) => {
    expect(kolmogorovSmirnov(draws(alpha), distribution)).toBeLessThan(CRITICAL);
  });

  it.each([0.01, 0.2, 8, 100])('of the right mean and variance: alpha %s', (alpha) => {
    const shares = draws(alpha);
    const mean = shares.reduce((sum, share) => sum + share, 0) / DRAWS;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / DRAWS;
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / DRAWS));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.1);
  });

  it('and the labels by the same shares', () => {
    const labels = Array.from({ length: DRAWS }, (_, image) => image % 2);
    const mixed = augment(runtime, { mixup: { alpha: 1, probability: 1 } }, { ...striped, labels });
    mixed.images.forEach(([[[value]]], image) => {
      const [black, white] = (mixed.labels as number[][])[image];
      expect(white).toBeCloseTo(value / 255, 5);
      expect(black + white).toBeCloseTo(1, 6);
    });
  });
});
