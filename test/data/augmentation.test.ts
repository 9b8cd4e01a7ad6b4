import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '../../src/config/experiment.js';
import { createAugmentation } from '../../src/data/augmentation.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { type RandomSource, StepRandom } from '../../src/tensorflow/step-random.js';
import { askPython, kerasPython, startTensorFlow } from '../support/tensorflow.js';
import { AUGMENTATION_OFF as OFF } from './augmentation-off.js';

const SEED = 7;
const STEP = 3;
const [BATCH, HEIGHT, WIDTH, CHANNELS, CLASSES] = [8, 9, 7, 2, 3];
const random = randomStream(1, 'test/augmentation');
const IMAGES = tf.util.toNestedArray(
  [BATCH, HEIGHT, WIDTH, CHANNELS],
  Float32Array.from({ length: BATCH * HEIGHT * WIDTH * CHANNELS }, () => random.below(256)),
) as number[][][][];
const LABELS = Array.from({ length: BATCH }, () => random.below(CLASSES));

let runtime: Runtime;
let python: string;

beforeAll(async () => {
  runtime = await startTensorFlow();
  python = await kerasPython();
});

interface Augmented {
  images: number[][][][];
  labels: number[] | number[][];
  listing: string;
}

/** Runs the augmentation as a traced program, whose seeds and step are inputs, as in training. */
function augment(
  config: Partial<AugmentationConfig>,
  { images = IMAGES, labels = LABELS, seed = SEED, step = STEP } = {},
): Augmented {
  const stepRandom = new StepRandom(runtime);
  const augmentation = createAugmentation({ ...OFF, ...config }, { random: stepRandom, runtime, classes: CLASSES });
  if (!augmentation) throw new Error('the configuration changes nothing');
  const inputs = [
    tf.tensor4d(images),
    tf.tensor1d(labels, 'int32'),
    tf.tensor1d(stepRandom.seeds(seed), 'int32'),
    tf.scalar(step, 'int32'),
  ];
  const specs = inputs.map(({ shape, dtype }) => ({ shape, dtype: dtype as 'float32' | 'int32' }));
  const program = runtime.compile('augmentation', specs, ([x, y, seeds, at]) =>
    stepRandom.during(seeds, at, () => {
      const batch = augmentation(x, y);
      return [batch.images, batch.labels];
    }),
  );
  const [changed, mixed] = program.run(inputs);
  return {
    images: (changed as tf.Tensor4D).arraySync(),
    labels: (mixed as tf.Tensor1D | tf.Tensor2D).arraySync(),
    listing: program.listing,
  };
}

/** What a stream draws in the step. */
function drawn<T>(name: string, draw: (source: RandomSource) => tf.Tensor): T {
  const stepRandom = new StepRandom(runtime);
  const source = stepRandom.stream(`augmentation/${name}`);
  const values = stepRandom.during(tf.tensor1d(stepRandom.seeds(SEED), 'int32'), tf.scalar(STEP, 'int32'), () =>
    draw(source),
  );
  return values.arraySync() as T;
}

/** The uniform numbers of a stream, a row for each parameter. */
function uniforms(name: string, rows: number): number[][] {
  return drawn(name, (source) => source.uniform([rows, BATCH]));
}

/** A draw from [lower, upper] where the last row chooses the image, else 0. */
function parameter(row: number[], [lower, upper]: [number, number], chance?: number[], probability = 1): number[] {
  return row.map((u, image) => (chance && chance[image] >= probability ? 0 : lower + u * (upper - lower)));
}

interface Question {
  operation: string;
  parameters: Record<string, number[] | boolean[] | number[][][][]>;
  arguments?: object;
}

/** What Keras or NumPy makes of the test's images by the same parameters. */
function reference(questions: Question[]): Promise<{ images: number[][][][]; labels?: number[][] }[]> {
  const script = fileURLToPath(new URL('augmentation_reference.py', import.meta.url));
  const common = { images: IMAGES, labels: LABELS, classes: CLASSES, arguments: {} };
  return askPython(
    python,
    script,
    questions.map((question) => ({ ...common, ...question })),
  );
}

/** @param tolerance of a pixel; 255 is white */
function expectSame(actual: number[][][][], expected: number[][][][], tolerance: number): void {
  actual.forEach((image, index) => {
    const values = image.flat(2);
    const wanted = expected[index].flat(2);
    expect(values).toHaveLength(wanted.length);
    const worst = Math.max(...values.map((value, at) => Math.abs(value - wanted[at])));
    expect(worst, `image ${index}`).toBeLessThanOrEqual(tolerance);
  });
}

function changedImages({ images }: Augmented): boolean[] {
  return images.map((image, index) => JSON.stringify(image) !== JSON.stringify(IMAGES[index]));
}

const fillModes = ['reflect', 'constant', 'nearest', 'wrap'] as const;
const interpolations = ['bilinear', 'nearest'] as const;
const readings = fillModes.flatMap((fill_mode) =>
  interpolations.map((interpolation) => ({ fill_mode, interpolation, fill_value: 50 })),
);
const reading = readings[0];

describe('an operation equals its reference image by image', () => {
  it('rotation, zoom, shear and translation: Keras, in every fill mode and interpolation', async () => {
    const [turn, turnChance] = uniforms('rotation', 2);
    const [high, wide, zoomChance] = uniforms('zoom', 3);
    const [x, y, sign, shearChance] = uniforms('shear', 4);
    const [down, right, translationChance] = uniforms('translation', 3);
    const signed = (values: number[]): number[] => values.map((value, image) => (sign[image] < 0.5 ? -value : value));
    const operations = [
      {
        config: { rotation: { factor: [-0.1, 0.3] as [number, number] } },
        parameters: { turn: parameter(turn, [-0.1, 0.3], turnChance, 0.7) },
      },
      {
        config: { zoom: { height_factor: 0.5, width_factor: [-0.4, 0.2] as [number, number] } },
        parameters: {
          height: parameter(high, [-0.5, 0.5], zoomChance, 0.7),
          width: parameter(wide, [-0.4, 0.2], zoomChance, 0.7),
        },
      },
      {
        config: { shear: { x_factor: 0.6, y_factor: [0.1, 0.3] as [number, number] } },
        parameters: {
          x: signed(parameter(x, [0, 0.6], shearChance, 0.7)),
          y: signed(parameter(y, [0.1, 0.3], shearChance, 0.7)),
        },
      },
      {
        config: { translation: { height_factor: [-0.3, 0] as [number, number], width_factor: 0.5 } },
        parameters: {
          down: parameter(down, [-0.3, 0], translationChance, 0.7),
          right: parameter(right, [-0.5, 0.5], translationChance, 0.7),
        },
      },
    ];
    const asked = operations.flatMap(({ config, parameters }) =>
      readings.map((how) => ({ operation: Object.keys(config)[0], own: Object.values(config)[0], parameters, how })),
    );
    const expected = await reference(
      asked.map(({ operation, parameters, how }) => ({ operation, parameters, arguments: how })),
    );
    asked.forEach(({ operation, own, how }, index) => {
      const actual = augment({ [operation]: { ...own, ...how, probability: 0.7 } });
      expectSame(actual.images, expected[index].images, 0.01);
      // Some images are left as they are, most are not.
      expect(new Set(changedImages(actual)), operation).toEqual(new Set([true, false]));
      expect(actual.labels).toEqual(LABELS);
    });
  });

  it('zoom keeps the proportions where the width has no factor of its own: Keras', async () => {
    const [high] = uniforms('zoom', 1);
    const change = parameter(high, [-0.5, 0.5]);
    const [expected] = await reference([
      { operation: 'zoom', parameters: { height: change, width: change }, arguments: reading },
    ]);
    const actual = augment({ zoom: { height_factor: 0.5, width_factor: null, probability: 1, ...reading } });
    expectSame(actual.images, expected.images, 0.01);
  });

  it('flip, crop and cutout: NumPy, to the bit', async () => {
    const [left, up] = uniforms('flip', 2);
    const [top, side, cropChance] = uniforms('crop', 3);
    const [row, column, cutoutChance] = uniforms('cutout', 3);
    const offset = (u: number[], image: number): number =>
      cropChance[image] < 0.8 ? Math.floor(Math.fround(u[image] * 7)) - 3 : 0;
    const cut = (size: number): number[] => cutoutChance.map((chance) => (chance < 0.8 ? size : 0));
    const images = Array.from(LABELS.keys());
    const never = left.map(() => false);
    const horizontal = left.map((u) => u < 0.4);
    const vertical = up.map((u) => u < 0.4);
    const cropped = {
      top: images.map((image) => offset(top, image)),
      left: images.map((image) => offset(side, image)),
    };
    const boxes = { row: row.map((u) => Math.floor(u * HEIGHT)), column: column.map((u) => Math.floor(u * WIDTH)) };
    const flip = { probability: 0.4 };
    const cases: [Partial<AugmentationConfig>, Question][] = [
      [{ flip: { ...flip, mode: 'horizontal' } }, { operation: 'flip', parameters: { horizontal, vertical: never } }],
      [{ flip: { ...flip, mode: 'vertical' } }, { operation: 'flip', parameters: { horizontal: never, vertical } }],
      [
        { flip: { ...flip, mode: 'horizontal_and_vertical' } },
        { operation: 'flip', parameters: { horizontal, vertical } },
      ],
      ...fillModes.map((fill_mode): [Partial<AugmentationConfig>, Question] => [
        { crop: { padding: 3, probability: 0.8, fill_mode, fill_value: 50 } },
        { operation: 'crop', parameters: cropped, arguments: { padding: 3, fill_mode, fill_value: 50 } },
      ]),
      [
        { cutout: { size: 4, fill_value: 0, probability: 0.8 } },
        { operation: 'cutout', parameters: { ...boxes, height: cut(4), width: cut(4) }, arguments: { fill_value: 0 } },
      ],
      [
        { cutout: { size: [3, 12], fill_value: 99, probability: 0.8 } },
        {
          operation: 'cutout',
          parameters: { ...boxes, height: cut(3), width: cut(12) },
          arguments: { fill_value: 99 },
        },
      ],
    ];
    const expected = await reference(cases.map(([, question]) => question));
    cases.forEach(([config], index) => {
      const actual = augment(config);
      expectSame(actual.images, expected[index].images, 0);
      expect(new Set(changedImages(actual)), JSON.stringify(config)).toEqual(new Set([true, false]));
    });
  });

  it('brightness, contrast and noise: Keras, clipped to 0 to 255', async () => {
    const [bright, brightChance] = uniforms('brightness', 2);
    const [strong, strongChance] = uniforms('contrast', 2);
    const [noiseChance] = uniforms('noise/changed', 1);
    const normal = drawn<number[][][][]>('noise', (source) => source.normal([BATCH, HEIGHT, WIDTH, CHANNELS]));
    const probability = 0.7;
    const expected = await reference([
      { operation: 'brightness', parameters: { change: parameter(bright, [-0.2, 0.6], brightChance, probability) } },
      { operation: 'contrast', parameters: { change: parameter(strong, [-0.9, 0.9], strongChance, probability) } },
      { operation: 'contrast', parameters: { change: parameter(strong, [-0.3, 1], strongChance, probability) } },
      {
        operation: 'noise',
        parameters: { normal, stddev: noiseChance.map((chance) => (chance < probability ? 0.2 : 0)) },
      },
    ]);
    const configs: Partial<AugmentationConfig>[] = [
      { brightness: { factor: [-0.2, 0.6], probability } },
      { contrast: { factor: 0.9, probability } },
      { contrast: { factor: [0.3, 1], probability } },
      { noise: { stddev: 0.2, probability } },
    ];
    configs.forEach((config, index) => {
      const actual = augment(config);
      expectSame(actual.images, expected[index].images, 0.001);
      expect(new Set(changedImages(actual)), JSON.stringify(config)).toEqual(new Set([true, false]));
      const pixels = actual.images.flat(3);
      expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 255]);
    });
  });

  it('mixup and cutmix: Keras, labels too', async () => {
    const [u, v] = uniforms('mixup', 3);
    const [u2, v2, row, column] = uniforms('cutmix', 5);
    const kept = u.map((value, image) => beta(0.4, value, v[image]));
    const part = u2.map((value, image) => Math.sqrt(1 - beta(1, value, v2[image])));
    const sizes = {
      height: part.map((value) => Math.floor(value * HEIGHT)),
      width: part.map((value) => Math.floor(value * WIDTH)),
      row: row.map((value) => Math.floor(value * HEIGHT)),
      column: column.map((value) => Math.floor(value * WIDTH)),
    };
    const expected = await reference([
      { operation: 'mixup', parameters: { kept } },
      { operation: 'cutmix', parameters: sizes },
    ]);
    const configs: Partial<AugmentationConfig>[] = [
      { mixup: { alpha: 0.4, probability: 1 } },
      { cutmix: { alpha: 1, probability: 1 } },
    ];
    configs.forEach((config, index) => {
      const { images, labels } = augment(config);
      expectSame(images, expected[index].images, 0.01);
      (labels as number[][]).forEach((shares, image) => {
        shares.forEach((share, label) => {
          expect(share).toBeCloseTo(expected[index].labels?.[image][label] ?? Number.NaN, 5);
        });
      });
    });
    expect(new Set(sizes.height).size).toBeGreaterThan(2);
  });
});

/** Bailey's polar method, through Student's t. */
function beta(alpha: number, u: number, v: number): number {
  const t = Math.sqrt(2 * alpha * (u ** (-1 / alpha) - 1)) * Math.cos(2 * Math.PI * v);
  return 0.5 + t / (2 * Math.sqrt(2 * alpha + t * t));
}

describe('operations that move pixels', () => {
  const all: Partial<AugmentationConfig> = {
    flip: { mode: 'horizontal_and_vertical', probability: 0.5 },
    rotation: { factor: 0.2, probability: 1, ...reading },
    zoom: { height_factor: 0.3, width_factor: 0.3, probability: 1, ...reading },
    shear: { x_factor: 0.3, y_factor: 0.2, probability: 1, ...reading },
    translation: { height_factor: 0.3, width_factor: 0.3, probability: 1, ...reading },
  };
  const read = (fill_mode: (typeof fillModes)[number]): Partial<AugmentationConfig> =>
    Object.fromEntries(
      Object.entries(all).map(([name, own]) => [name, name === 'flip' ? own : { ...own, fill_mode }]),
    ) as Partial<AugmentationConfig>;
  const transforms = (config: Partial<AugmentationConfig>): number =>
    augment(config).listing.match(/ImageProjectiveTransformV3/g)?.length ?? 0;

  it('are one transform that follows each pixel back through all of them: NumPy', async () => {
    const [left, up] = uniforms('flip', 2);
    const [turn] = uniforms('rotation', 1);
    const [high, wide] = uniforms('zoom', 2);
    const [x, y, sign] = uniforms('shear', 3);
    const [down, right] = uniforms('translation', 2);
    const signed = (values: number[]): number[] => values.map((value, image) => (sign[image] < 0.5 ? -value : value));
    const parameters = {
      horizontal: left.map((u) => u < 0.5),
      vertical: up.map((u) => u < 0.5),
      turn: parameter(turn, [-0.2, 0.2]),
      zoom_height: parameter(high, [-0.3, 0.3]),
      zoom_width: parameter(wide, [-0.3, 0.3]),
      x: signed(parameter(x, [0, 0.3])),
      y: signed(parameter(y, [0, 0.2])),
      down: parameter(down, [-0.3, 0.3]),
      right: parameter(right, [-0.3, 0.3]),
    };
    const modes = ['reflect', 'constant', 'nearest'] as const;
    const expected = await reference(
      modes.map((fill_mode) => ({ operation: 'composition', parameters, arguments: { fill_mode, fill_value: 50 } })),
    );
    modes.forEach((mode, index) => {
      const actual = augment(read(mode));
      expectSame(actual.images, expected[index].images, 0.02);
      expect(actual.listing.match(/ImageProjectiveTransformV3/g)).toHaveLength(1);
    });
  });

  it('are transforms of their own where they fill or interpolate otherwise', () => {
    const rotation = { factor: 0.2, probability: 1, ...reading };
    const zoom = { height_factor: 0.3, width_factor: null, probability: 1, ...reading };
    expect(transforms({ rotation, zoom })).toBe(1);
    expect(transforms({ rotation, zoom: { ...zoom, interpolation: 'nearest' } })).toBe(2);
    expect(transforms({ rotation, zoom: { ...zoom, fill_mode: 'wrap' } })).toBe(2);
    // The fill value matters to `constant` alone.
    expect(transforms({ rotation, zoom: { ...zoom, fill_value: 1 } })).toBe(1);
    const constant = { ...reading, fill_mode: 'constant' } as const;
    expect(transforms({ rotation: { ...rotation, ...constant }, zoom: { ...zoom, ...constant, fill_value: 1 } })).toBe(
      2,
    );
  });

  it('are one transform when flipped and cropped, still to the bit', () => {
    const flip = { mode: 'horizontal', probability: 0.5 } as const;
    const crop = { padding: 2, probability: 1, fill_mode: 'constant', fill_value: 9 } as const;
    const both = augment({ flip, crop });
    expect(both.listing.match(/ImageProjectiveTransformV3/g)).toHaveLength(1);
    const inTurn = augment({ crop }, { images: augment({ flip }).images });
    expect(both.images).toEqual(inTurn.images);
  });
});

describe('chance', () => {
  const everything: Partial<AugmentationConfig> = {
    flip: { mode: 'horizontal', probability: 0.5 },
    rotation: { factor: 0.1, probability: 0.5, ...reading },
    crop: { padding: 2, probability: 1, fill_mode: 'constant', fill_value: 0 },
    brightness: { factor: 0.2, probability: 1 },
    noise: { stddev: 0.1, probability: 0.5 },
    cutout: { size: 3, fill_value: 0, probability: 1 },
    mixup: { alpha: 0.2, probability: 1 },
    cutmix: { alpha: 1, probability: 0.5 },
  };
  const bits = (where?: { seed?: number; step?: number }): string => JSON.stringify(augment(everything, where).images);

  it('gives the same bits for the same seed and step, others for others', () => {
    expect(bits()).toBe(bits());
    expect(
      new Set([bits(), bits({ seed: SEED + 1 }), bits({ step: STEP + 1 }), bits({ step: SEED, seed: STEP })]).size,
    ).toBe(4);
  });

  it('leaves the draws of one operation as they are when another is added', () => {
    const brightness = { factor: 0.2, probability: 0.5 };
    const gray = IMAGES.map((image) => image.map((row) => row.map((pixel) => pixel.map(() => 100))));
    const alone = augment({ brightness }, { images: gray });
    const flip = { mode: 'horizontal', probability: 0.5 } as const;
    const contrast = { factor: 0.5, probability: 1 }; // leaves an image of one gray as it is
    expect(augment({ flip, brightness, contrast }, { images: gray }).images).toEqual(alone.images);
  });

  const many = Array.from({ length: 4000 }, (_, image) => image);
  const single = { images: many.map(() => [[[100, 0]]]), labels: many.map(() => 0) };

  it.each([0, 0.1, 0.5, 0.9, 1])('changes a part of the images: %s', (probability) => {
    const { images } = augment({ brightness: { factor: [0.1, 0.1], probability } }, single);
    const changed = images.filter(([[[value]]]) => value !== 100).length;
    const deviation = Math.sqrt(many.length * probability * (1 - probability));
    expect(Math.abs(changed - many.length * probability)).toBeLessThanOrEqual(4 * deviation);
  });

  it('draws uniformly from the whole range', () => {
    const { images } = augment({ brightness: { factor: [-0.3, 0.1], probability: 1 } }, single);
    const draws = images.map(([[[value]]]) => (value - 100) / 255);
    expect(kolmogorovSmirnov(draws, (x) => (x + 0.3) / 0.4)).toBeLessThan(CRITICAL);
  });

  it('crops at every offset alike', () => {
    const images = many.map(() => [[[0], [1], [2], [3], [4]]]);
    const crop = { padding: 2, probability: 1, fill_mode: 'wrap', fill_value: 0 } as const;
    const counts = new Array<number>(5).fill(0);
    for (const [[[first]]] of augment({ crop }, { ...single, images }).images) counts[first] += 1;
    for (const count of counts)
      expect(Math.abs(count - many.length / 5)).toBeLessThan(4 * Math.sqrt(many.length * 0.16));
  });

  it('mixes all of a batch or nothing of it', () => {
    const mixup = { alpha: 1, probability: 0.5 };
    const outcomes = Array.from({ length: 40 }, (_, step) => {
      const { images, labels } = augment({ mixup }, { step });
      const isMixed = changedImages({ images, labels, listing: '' });
      expect(new Set(isMixed).size).toBe(1);
      const isShared = (labels as number[][]).some((shares) => !shares.includes(1));
      expect(isShared).toBe(isMixed[0]);
      return isMixed[0];
    });
    const mixed = outcomes.filter(Boolean).length;
    expect(Math.abs(mixed - 20)).toBeLessThan(4 * Math.sqrt(10));
  });

  // Distribution functions that need no table: arcsine, uniform, parabolic.
  it.each<[number, (x: number) => number]>([
    [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x) => x],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
  ])('blends by Beta(%s, %s)', (alpha, distribution) => {
    // Alternately black and white: each image is the share of its white one.
    const images = many.map((image) => [[[image % 2 === 0 ? 0 : 255]]]);
    const { images: blended } = augment({ mixup: { alpha, probability: 1 } }, { ...single, images });
    const draws = blended.map(([[[value]]], image) => (image % 2 === 0 ? value / 255 : 1 - value / 255));
    expect(kolmogorovSmirnov(draws, distribution)).toBeLessThan(CRITICAL);
  });

  it.each([0.05, 0.2, 8, 100])('blends by Beta(alpha, alpha) of the right variance: %s', (alpha) => {
    const images = many.map((image) => [[[image % 2 === 0 ? 0 : 255]]]);
    const { images: blended, labels } = augment({ mixup: { alpha, probability: 1 } }, { ...single, images });
    const draws = blended.map(([[[value]]], image) => (image % 2 === 0 ? value / 255 : 1 - value / 255));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / many.length));
    expect(variance / expected).toBeGreaterThan(0.9);
    expect(variance / expected).toBeLessThan(1.1);
    for (const shares of labels as number[][]) expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 5);
  });
});

/** Of 4,000 draws, at the level 0.001. */
const CRITICAL = 1.95 / Math.sqrt(4000);

/** The largest distance between the draws' distribution function and the one that they should have. */
function kolmogorovSmirnov(draws: number[], distribution: (x: number) => number): number {
  const sorted = draws.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((draw, index) => {
      const wanted = distribution(draw);
      return Math.max(wanted - index / sorted.length, (index + 1) / sorted.length - wanted);
    }),
  );
}

describe('nothing is changed', () => {
  it('without operations', () => {
    const stepRandom = new StepRandom(runtime);
    expect(createAugmentation(OFF, { random: stepRandom, runtime, classes: CLASSES })).toBeUndefined();
  });

  it.each<Partial<AugmentationConfig>>([
    { flip: { mode: 'horizontal_and_vertical', probability: 0 } },
    { rotation: { factor: 0, probability: 1, ...reading } },
    { rotation: { factor: 0.3, probability: 0, ...reading } },
    { zoom: { height_factor: 0, width_factor: null, probability: 1, ...reading } },
    { zoom: { height_factor: 0.3, width_factor: 0.2, probability: 0, ...reading } },
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
    { cutout: { size: 4, fill_value: 0, probability: 0 } },
    { mixup: { alpha: 0.2, probability: 0 } },
    { cutmix: { alpha: 1, probability: 0 } },
  ])('to the bit by %j', (config) => {
    const { images, labels } = augment(config);
    expect(images).toEqual(IMAGES);
    const oneHot = LABELS.map((label) => Array.from({ length: CLASSES }, (_, index) => Number(index === label)));
    expect(labels).toEqual((config.mixup ?? config.cutmix) ? oneHot : LABELS);
  });

  it('by mixing a batch of one image', () => {
    const one = { images: IMAGES.slice(0, 1), labels: LABELS.slice(0, 1) };
    expectSame(augment({ mixup: { alpha: 1, probability: 1 } }, one).images, one.images, 0.001);
    expect(augment({ cutmix: { alpha: 1, probability: 1 } }, one).images).toEqual(one.images);
  });
});
