import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '../../../src/config/schema/experiment.generated.js';
import { type AugmentedInput, createAugmentations } from '../../../src/data/augmentation.js';
import type { DatasetColumns } from '../../../src/data/dataset.js';
import { IGNORED } from '../../../src/data/masks/mask.js';
import { randomStream } from '../../../src/random.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { StepRandom } from '../../../src/tensorflow/step-random.js';
import { askPython, testPython } from '../../support/python.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { BATCH, CHANNELS, HEIGHT, IMAGES, type Images, OFF, SEED, STEP, WIDTH, drawn, uniforms } from './harness.js';

type Masks = number[][][];

const random = randomStream(2, 'test/masks');
const CLASSES = [0, 1, 2, IGNORED];
const MASKS = tf.util.toNestedArray(
  [BATCH, HEIGHT, WIDTH],
  Float32Array.from({ length: BATCH * HEIGHT * WIDTH }, () => CLASSES[random.below(4)]),
) as Masks;
const COLUMNS: DatasetColumns = {
  inputs: [
    { name: 'area', type: 'number', shape: [1] },
    { name: 'photo', type: 'image', shape: [HEIGHT, WIDTH, CHANNELS] },
  ],
  target: { name: 'mask', type: 'mask', classes: ['a', 'b', 'c'], shape: [HEIGHT, WIDTH] },
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startTensorFlow();
});

function augment(config: Partial<AugmentationConfig>, images = IMAGES): { images: Images; masks: Masks } {
  const stepRandom = new StepRandom(runtime);
  const parts = { random: stepRandom, runtime, classes: 3 };
  const [{ place, augment: augmentation }] = createAugmentations({ ...OFF, ...config }, parts, COLUMNS);
  expect(place).toBe(1);
  const inputs = [
    tf.tensor4d(images),
    tf.tensor3d(MASKS, [BATCH, HEIGHT, WIDTH], 'int32'),
    tf.tensor1d(stepRandom.seeds({ augmentation: SEED, dropout: SEED }), 'int32'),
    tf.scalar(STEP, 'int32'),
  ];
  const specs = inputs.map(({ shape, dtype }) => ({ shape, dtype: dtype as 'float32' | 'int32' }));
  const program = runtime.compile('masks', specs, ([x, y, seeds, at]) =>
    stepRandom.during(seeds, at, () => {
      const batch = augmentation(x, y);
      return [batch.images, batch.labels];
    }),
  );
  const [moved, masks] = program.run(inputs);
  expect(masks.dtype).toBe('int32');
  return { images: moved.arraySync() as Images, masks: masks.arraySync() as Masks };
}

type FillMode = 'reflect' | 'constant' | 'nearest' | 'wrap';

interface Case {
  config: Partial<AugmentationConfig>;
  question: { fill_mode: FillMode; interpolation: 'bilinear' | 'nearest'; fill_value: number } & Record<
    string,
    unknown
  >;
}

/** Of each image where (y, x, 1) is read: [batch][2][3]. */
type Maps = number[][][];

function rotations(fill_mode: FillMode): Case {
  const reading = { fill_mode, interpolation: 'bilinear' as const, fill_value: 50 };
  const [turn] = uniforms(runtime, 'rotation', 1);
  const maps: Maps = turn.map((u) => {
    const angle = 2 * Math.PI * (u * 0.4 - 0.2);
    const [cos, sin, y, x] = [Math.cos(angle), Math.sin(angle), (HEIGHT - 1) / 2, (WIDTH - 1) / 2];
    return [
      [cos, sin, y - cos * y - sin * x],
      [-sin, cos, x + sin * y - cos * x],
    ];
  });
  return { config: { rotation: { factor: 0.2, probability: 1, ...reading } }, question: { maps, ...reading } };
}

/** A translation of what was mirrored. */
function mirrored(fill_mode: FillMode): Case {
  const reading = { fill_mode, interpolation: 'nearest' as const, fill_value: 0 };
  const [left, up] = uniforms(runtime, 'flip', 2);
  const [down, right] = uniforms(runtime, 'translation', 2);
  const maps: Maps = left.map((u, image) => {
    const [y, x] = [-HEIGHT * (down[image] * 0.6 - 0.3), -WIDTH * (right[image] * 0.6 - 0.3)];
    return [up[image] < 0.5 ? [-1, 0, HEIGHT - 1 - y] : [1, 0, y], u < 0.5 ? [0, -1, WIDTH - 1 - x] : [0, 1, x]];
  });
  return {
    config: {
      flip: { mode: 'horizontal_and_vertical', probability: 0.5 },
      translation: { height_factor: 0.3, width_factor: 0.3, probability: 1, ...reading },
    },
    question: { maps, ...reading },
  };
}

function elastics(fill_mode: FillMode, interpolation: 'bilinear' | 'nearest'): Case {
  const reading = { fill_mode, interpolation, fill_value: 50 };
  const field = drawn(runtime, 'elastic', (source) => source.uniform([2 * BATCH, HEIGHT, WIDTH])).arraySync();
  const signed = (field as Masks).map((rows) => rows.map((row) => row.map((value) => 2 * value - 1)));
  const [chance] = uniforms(runtime, 'elastic/changed', 1);
  const elastic = { alpha: 30, sigma: 1.5, probability: 0.7, ...reading };
  const parts = {
    field: [signed.slice(0, BATCH), signed.slice(BATCH)],
    alpha: chance.map((u) => (u < 0.7 ? 30 : 0)),
    sigma: 1.5,
  };
  return { config: { elastic }, question: { ...parts, ...reading } };
}

describe('geometric augmentation', () => {
  it('moves images and masks as SciPy does, pixel by pixel', async () => {
    const modes: FillMode[] = ['reflect', 'constant', 'nearest'];
    const cases = [
      ...modes.flatMap((mode) => [rotations(mode), mirrored(mode)]),
      ...[...modes, 'wrap' as const].flatMap((mode) => [elastics(mode, 'bilinear'), elastics(mode, 'nearest')]),
    ];
    const question = { images: IMAGES, masks: MASKS, ignored: IGNORED, cases: cases.map((each) => each.question) };
    const script = fileURLToPath(new URL('mask_reference.py', import.meta.url));
    const expected = await askPython<{ images: Images; masks: Masks; near: boolean[][][] }[]>(
      await testPython(),
      script,
      question,
    );
    for (const [index, { config, question: asked }] of cases.entries()) {
      const { images, masks } = augment(config);
      const wanted = expected[index];
      const near = wanted.near.flat(2);
      expect(near.filter(Boolean).length).toBeLessThan(near.length / 50);
      const far = (values: Masks): number[] => values.flat(2).filter((_, place) => !near[place]);
      expect(far(masks), JSON.stringify(config)).toEqual(far(wanted.masks));
      expect(masks).not.toEqual(MASKS);
      const isNear = (place: number): boolean =>
        asked.interpolation === 'nearest' && near[Math.floor(place / CHANNELS)];
      const differences = images
        .flat(3)
        .map((value, place) => (isNear(place) ? 0 : value - wanted.images.flat(3)[place]));
      expect(Math.max(...differences.map(Math.abs)), JSON.stringify(config)).toBeLessThan(0.05);
    }
  });

  it('reads a mask where its image is read, in every operation', () => {
    const asImages = MASKS.map((mask) => mask.map((row) => row.map((value) => Array<number>(CHANNELS).fill(value))));
    const common = { probability: 0.8, interpolation: 'nearest' as const, fill_value: IGNORED };
    for (const fill_mode of ['reflect', 'constant', 'nearest', 'wrap'] as const) {
      const reading = { ...common, fill_mode };
      const all: Partial<AugmentationConfig> = {
        flip: { mode: 'horizontal_and_vertical', probability: 0.5 },
        rotation: { factor: 0.1, ...reading },
        zoom: { height_factor: 0.3, width_factor: null, ...reading },
        shear: { x_factor: 0.3, y_factor: 0.2, ...reading },
        translation: { height_factor: 0.2, width_factor: 0.2, ...reading },
        crop: { padding: 2, probability: 0.8, fill_mode, fill_value: IGNORED },
        elastic: { alpha: 20, sigma: 2, ...reading },
      };
      for (const config of [...Object.entries(all).map(([key, value]) => ({ [key]: value })), all]) {
        const { images, masks } = augment(config, asImages);
        expect(masks, JSON.stringify(config)).toEqual(
          images.map((image) => image.map((row) => row.map(([first]) => first))),
        );
        expect(masks, JSON.stringify(config)).not.toEqual(MASKS);
      }
    }
  });
});

describe('other augmentation', () => {
  it('leaves masks as they are', () => {
    const { images, masks } = augment({
      brightness: { factor: 0.3, probability: 1 },
      contrast: { factor: 0.5, probability: 1 },
      noise: { stddev: 0.1, probability: 1 },
      cutout: { size: 4, fill_value: 0, probability: 1 },
    });
    expect(masks).toEqual(MASKS);
    expect(images).not.toEqual(IMAGES);
  });

  it('is of the images among several columns, each by draws of its own', () => {
    const config = { ...OFF, flip: { mode: 'horizontal' as const, probability: 0.5 } };
    const target = { name: 'price', type: 'number', classes: [] };
    const [area, photo] = COLUMNS.inputs;
    const text = { name: 'text', type: 'text', shape: [4] };
    const of = (inputs: DatasetColumns['inputs'], random = new StepRandom(runtime)): AugmentedInput[] =>
      createAugmentations(config, { random, runtime, classes: 0 }, { inputs, target });
    for (const inputs of [[area], [text], [area, area]]) expect(of(inputs)).toEqual([]);
    const stepRandom = new StepRandom(runtime);
    const augmented = of([{ ...photo, name: 'front' }, area, { ...photo, name: 'back' }], stepRandom);
    expect(augmented.map(({ place }) => place)).toEqual([0, 2]);
    const prices = tf.tensor1d([...Array(BATCH).keys()]);
    const step = [tf.tensor1d(stepRandom.seeds({ augmentation: SEED, dropout: SEED }), 'int32'), tf.scalar(0, 'int32')];
    const batches = stepRandom.during(step[0], step[1], () =>
      augmented.map((each) => each.augment(tf.tensor4d(IMAGES), prices)),
    );
    const flipped = batches.map(({ images, labels }) => {
      expect(labels).toBe(prices);
      return (images.arraySync() as Images).map((image, index) => {
        const mirrored = IMAGES[index].map((row) => row.toReversed());
        expect([IMAGES[index], mirrored]).toContainEqual(image);
        return isDeepStrictEqual(image, mirrored);
      });
    });
    expect(flipped[0]).not.toEqual(flipped[1]);
  });
});
