import { beforeAll, describe, expect, it } from 'vitest';
import { PortableRuntime } from '../../../src/tensorflow/portable-runtime.js';
import { IMAGES, SEED, augment } from './harness.js';

let runtime: PortableRuntime;

beforeAll(async () => {
  runtime = await PortableRuntime.start();
});

describe('augmentation on tfjs’s cpu backend', () => {
  it('changes every image of a batch', () => {
    const { images } = augment(runtime, { flip: { mode: 'horizontal', probability: 1 } });
    expect(images).toEqual(IMAGES.map((image) => image.map((row) => row.toReversed())));
  });

  it('runs every operation, the same for the same seed', () => {
    const common = { probability: 1, fill_mode: 'reflect', fill_value: 0, interpolation: 'bilinear' } as const;
    const config = {
      rotation: { factor: 0.1, ...common },
      zoom: { height_factor: 0.2, width_factor: 0.1, ...common },
      shear: { x_factor: 0.2, y_factor: 0.1, ...common },
      translation: { height_factor: 0.1, width_factor: 0.2, ...common },
      crop: { padding: 2, probability: 0.5, fill_mode: 'constant', fill_value: 0 },
      brightness: { factor: 0.2, probability: 0.5 },
      contrast: { factor: 0.2, probability: 0.5 },
      noise: { stddev: 0.1, probability: 0.5 },
      elastic: { alpha: 9, sigma: 1, probability: 0.5, fill_mode: 'reflect', fill_value: 0, interpolation: 'bilinear' },
      cutout: { size: 3, fill_value: 9, probability: 0.5 },
      mixup: { alpha: 0.2, probability: 1 },
      cutmix: { alpha: 1, probability: 1 },
    } as const;
    const first = augment(runtime, config);
    expect(augment(runtime, config)).toEqual(first);
    expect(augment(runtime, config, { seed: SEED + 1 }).images).not.toEqual(first.images);
    const pixels = first.images.flat(3);
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(255);
    for (const shares of first.labels as number[][]) {
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }
  });
});
