import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '../../../src/config/schema/experiment.generated.js';
import { createAugmentation } from '../../../src/data/augmentation.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { StepRandom } from '../../../src/tensorflow/step-random.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { CLASSES, IMAGES, LABELS, OFF, augment } from './harness.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

const reading = { fill_mode: 'reflect', fill_value: 50, interpolation: 'bilinear' } as const;
const rotation = { factor: 0.2, probability: 1, ...reading };
const zoom = { height_factor: 0.3, width_factor: null, probability: 1, ...reading };

function transforms(config: Partial<AugmentationConfig>): number {
  return augment(runtime, config).listing.match(/ImageProjectiveTransformV3/g)?.length ?? 0;
}

describe('operations that move pixels', () => {
  it('are one transform where they fill and interpolate alike', () => {
    const shear = { x_factor: 0.3, y_factor: 0.2, probability: 0.5, ...reading };
    const translation = { height_factor: 0.3, width_factor: 0.3, probability: 1, ...reading };
    const flip = { mode: 'horizontal', probability: 0.5 } as const;
    const crop = { padding: 2, probability: 1, fill_mode: 'reflect', fill_value: 0 } as const;
    expect(transforms({ flip, rotation, zoom, shear, translation, crop })).toBe(1);
    // The fill value matters to `constant` alone.
    expect(transforms({ rotation, zoom: { ...zoom, fill_value: 1 } })).toBe(1);
  });

  it('are transforms of their own where they don’t', () => {
    const constant = { ...reading, fill_mode: 'constant' } as const;
    expect(transforms({ rotation, zoom: { ...zoom, interpolation: 'nearest' } })).toBe(2);
    expect(transforms({ rotation, zoom: { ...zoom, fill_mode: 'wrap' } })).toBe(2);
    expect(transforms({ rotation: { ...rotation, ...constant }, zoom: { ...zoom, ...constant, fill_value: 1 } })).toBe(
      2,
    );
  });

  it('move by whole pixels to the bit: flip and crop at once are one after the other', () => {
    const flip = { mode: 'horizontal_and_vertical', probability: 0.5 } as const;
    const crop = { padding: 2, probability: 1, fill_mode: 'constant', fill_value: 9 } as const;
    const inTurn = augment(runtime, { crop }, { images: augment(runtime, { flip }).images });
    expect(augment(runtime, { flip, crop }).images).toEqual(inTurn.images);
    expect(transforms({ flip, crop })).toBe(1);
  });
});

describe('nothing is changed', () => {
  it('without operations', () => {
    const parts = { random: new StepRandom(runtime), runtime, classes: CLASSES };
    expect(createAugmentation(OFF, parts)).toBeUndefined();
  });

  it.each<Partial<AugmentationConfig>>([
    { flip: { mode: 'horizontal_and_vertical', probability: 0 } },
    { rotation: { ...rotation, factor: 0 } },
    { rotation: { ...rotation, probability: 0 } },
    { zoom: { ...zoom, height_factor: 0 } },
    { zoom: { ...zoom, width_factor: 0.2, probability: 0 } },
    { shear: { x_factor: 0, y_factor: 0, probability: 1, ...reading } },
    { shear: { x_factor: 0.3, y_factor: 0.3, probability: 0, ...reading } },
    { translation: { height_factor: 0, width_factor: 0, probability: 1, ...reading } },
    { translation: { height_factor: 0.3, width_factor: 0.3, probability: 0, ...reading } },
    { crop: { padding: 3, probability: 0, fill_mode: 'constant', fill_value: 0 } },
    { brightness: { factor: 0, probability: 1 } },
    { brightness: { factor: 0.5, probability: 0 } },
    { contrast: { factor: 0, probability: 1 } },
    { contrast: { factor: 0.5, probability: 0 } },
    { noise: { stddev: 0, probability: 1 } },
    { noise: { stddev: 0.5, probability: 0 } },
    { cutout: { size: 4, fill_value: 9, probability: 0 } },
    { mixup: { alpha: 0.2, probability: 0 } },
    { cutmix: { alpha: 1, probability: 0 } },
  ])('to the bit, by %j', (config) => {
    const { images, labels } = augment(runtime, config);
    expect(images).toEqual(IMAGES);
    const oneHot = LABELS.map((label) => Array.from({ length: CLASSES }, (_, index) => Number(index === label)));
    expect(labels).toEqual((config.mixup ?? config.cutmix) ? oneHot : LABELS);
  });

  it('by mixing in a batch of one image', () => {
    const one = { images: IMAGES.slice(0, 1), labels: LABELS.slice(0, 1) };
    expect(augment(runtime, { cutmix: { alpha: 1, probability: 1 } }, one).images).toEqual(one.images);
    const { images } = augment(runtime, { mixup: { alpha: 1, probability: 1 } }, one);
    const original = IMAGES[0].flat(2);
    images[0].flat(2).forEach((value, index) => {
      expect(value).toBeCloseTo(original[index], 3);
    });
  });
});
