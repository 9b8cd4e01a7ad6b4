import type * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '../../../src/config/schema/experiment.generated.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import {
  BATCH,
  CHANNELS,
  HEIGHT,
  type Images,
  LABELS,
  type Question,
  WIDTH,
  augment,
  changedImages,
  drawn,
  parameter,
  reference,
  uniforms,
} from './harness.js';

interface Case {
  config: Partial<AugmentationConfig>;
  question: Question;
  /** Of a pixel; 255 is white. The coordinates at which pixels are read are float32. */
  tolerance: number;
}

const P = 0.7;
const fillModes = ['reflect', 'constant', 'nearest', 'wrap'] as const;
const interpolations = ['bilinear', 'nearest'] as const;
const readings = fillModes.flatMap((fill_mode) =>
  interpolations.map((interpolation) => ({ fill_mode, interpolation, fill_value: 50 })),
);

let runtime: Runtime;
let cases: Case[];
let expected: { images: Images; labels?: number[][] }[];

beforeAll(async () => {
  runtime = await startTensorFlow();
  cases = [
    ...readings.flatMap(readCases),
    proportionalZoom(),
    ...compositions(),
    ...flips(),
    ...crops(),
    ...cutouts(),
    ...pixels(),
    ...mixtures(),
  ];
  expected = await reference(cases.map(({ question }) => question));
});

/** Keras: RandomRotation, RandomZoom, RandomShear, RandomTranslation. */
function readCases(reading: (typeof readings)[number]): Case[] {
  const rows = (name: string, count: number): number[][] => uniforms(runtime, name, count);
  const [turn, turnChance] = rows('rotation', 2);
  const [high, wide, zoomChance] = rows('zoom', 3);
  const [x, y, sign, shearChance] = rows('shear', 4);
  const [down, right, translationChance] = rows('translation', 3);
  const common = { probability: P, ...reading };
  const of = (config: Partial<AugmentationConfig>, parameters: Question['parameters']): Case => ({
    config,
    question: { operation: Object.keys(config)[0], parameters, arguments: reading },
    tolerance: 0.01,
  });
  return [
    of({ rotation: { factor: [-0.1, 0.3], ...common } }, { turn: parameter(turn, [-0.1, 0.3], turnChance, P) }),
    of(
      { zoom: { height_factor: 0.5, width_factor: [-0.4, 0.2], ...common } },
      { height: parameter(high, [-0.5, 0.5], zoomChance, P), width: parameter(wide, [-0.4, 0.2], zoomChance, P) },
    ),
    of(
      { shear: { x_factor: 0.6, y_factor: [0.1, 0.3], ...common } },
      {
        x: signed(parameter(x, [0, 0.6], shearChance, P), sign),
        y: signed(parameter(y, [0.1, 0.3], shearChance, P), sign),
      },
    ),
    of(
      { translation: { height_factor: [-0.3, 0], width_factor: 0.5, ...common } },
      {
        down: parameter(down, [-0.3, 0], translationChance, P),
        right: parameter(right, [-0.5, 0.5], translationChance, P),
      },
    ),
  ];
}

function signed(values: number[], sign: number[]): number[] {
  return values.map((value, image) => (sign[image] < 0.5 ? -value : value));
}

function proportionalZoom(): Case {
  const [high] = uniforms(runtime, 'zoom', 1);
  const change = parameter(high, [-0.5, 0.5]);
  return {
    config: { zoom: { height_factor: 0.5, width_factor: null, probability: 1, ...readings[0] } },
    question: { operation: 'zoom', parameters: { height: change, width: change }, arguments: readings[0] },
    tolerance: 0.01,
  };
}

/** Operations that are one transform, against pixels followed back through one after the other. */
function compositions(): Case[] {
  const [left, up] = uniforms(runtime, 'flip', 2);
  const [turn] = uniforms(runtime, 'rotation', 1);
  const [high, wide] = uniforms(runtime, 'zoom', 2);
  const [x, y, sign] = uniforms(runtime, 'shear', 3);
  const [down, right] = uniforms(runtime, 'translation', 2);
  const parameters = {
    horizontal: left.map((u) => u < 0.5),
    vertical: up.map((u) => u < 0.5),
    turn: parameter(turn, [-0.2, 0.2]),
    zoom_height: parameter(high, [-0.3, 0.3]),
    zoom_width: parameter(wide, [-0.3, 0.3]),
    x: signed(parameter(x, [0, 0.3]), sign),
    y: signed(parameter(y, [0, 0.2]), sign),
    down: parameter(down, [-0.3, 0.3]),
    right: parameter(right, [-0.3, 0.3]),
  };
  return (['reflect', 'constant', 'nearest'] as const).map((fill_mode) => {
    const common = { probability: 1, fill_mode, fill_value: 50, interpolation: 'bilinear' as const };
    return {
      config: {
        flip: { mode: 'horizontal_and_vertical', probability: 0.5 },
        rotation: { factor: 0.2, ...common },
        zoom: { height_factor: 0.3, width_factor: 0.3, ...common },
        shear: { x_factor: 0.3, y_factor: 0.2, ...common },
        translation: { height_factor: 0.3, width_factor: 0.3, ...common },
      },
      question: { operation: 'composition', parameters, arguments: { fill_mode, fill_value: 50 } },
      tolerance: 0.02,
    };
  });
}

function flips(): Case[] {
  const [left, up] = uniforms(runtime, 'flip', 2);
  const never = left.map(() => false);
  const horizontal = left.map((u) => u < 0.4);
  const vertical = up.map((u) => u < 0.4);
  const of = (
    mode: 'horizontal' | 'vertical' | 'horizontal_and_vertical',
    parameters: Question['parameters'],
  ): Case => ({
    config: { flip: { mode, probability: 0.4 } },
    question: { operation: 'flip', parameters },
    tolerance: 0,
  });
  return [
    of('horizontal', { horizontal, vertical: never }),
    of('vertical', { horizontal: never, vertical }),
    of('horizontal_and_vertical', { horizontal, vertical }),
  ];
}

function crops(): Case[] {
  const [top, left, chance] = uniforms(runtime, 'crop', 3);
  const offsets = (row: number[]): number[] =>
    row.map((u, image) => (chance[image] < P ? Math.floor(Math.fround(u * 7)) - 3 : 0));
  return fillModes.map((fill_mode) => ({
    config: { crop: { padding: 3, probability: P, fill_mode, fill_value: 50 } },
    question: {
      operation: 'crop',
      parameters: { top: offsets(top), left: offsets(left) },
      arguments: { padding: 3, fill_mode, fill_value: 50 },
    },
    tolerance: 0,
  }));
}

function cutouts(): Case[] {
  const [row, column, chance] = uniforms(runtime, 'cutout', 3);
  const of = (size: number | [number, number], fill_value: number): Case => {
    const [height, width] = typeof size === 'number' ? [size, size] : size;
    return {
      config: { cutout: { size, fill_value, probability: P } },
      question: {
        operation: 'cutout',
        parameters: {
          row: row.map((u) => Math.floor(u * HEIGHT)),
          column: column.map((u) => Math.floor(u * WIDTH)),
          height: chance.map((u) => (u < P ? height : 0)),
          width: chance.map((u) => (u < P ? width : 0)),
        },
        arguments: { fill_value },
      },
      tolerance: 0,
    };
  };
  return [of(4, 0), of([3, 12], 99)];
}

/** Keras: RandomBrightness, RandomContrast; noise as GaussianNoise, clipped. */
function pixels(): Case[] {
  const [bright, brightChance] = uniforms(runtime, 'brightness', 2);
  const [strong, strongChance] = uniforms(runtime, 'contrast', 2);
  const [noiseChance] = uniforms(runtime, 'noise/changed', 1);
  const normal = drawn(runtime, 'noise', (source) => source.normal([BATCH, HEIGHT, WIDTH, CHANNELS])) as tf.Tensor4D;
  const stddev = noiseChance.map((chance) => (chance < P ? 0.2 : 0));
  const of = (config: Partial<AugmentationConfig>, parameters: Question['parameters']): Case => ({
    config,
    question: { operation: Object.keys(config)[0], parameters },
    tolerance: 0.001,
  });
  return [
    of(
      { brightness: { factor: [-0.2, 0.6], probability: P } },
      { change: parameter(bright, [-0.2, 0.6], brightChance, P) },
    ),
    of({ contrast: { factor: 0.9, probability: P } }, { change: parameter(strong, [-0.9, 0.9], strongChance, P) }),
    of({ contrast: { factor: [0.3, 1], probability: P } }, { change: parameter(strong, [-0.3, 1], strongChance, P) }),
    of({ noise: { stddev: 0.2, probability: P } }, { normal: normal.arraySync(), stddev }),
  ];
}

/** Keras: MixUp, CutMix. */
function mixtures(): Case[] {
  const [u, v] = uniforms(runtime, 'mixup', 3);
  const [u2, v2, row, column] = uniforms(runtime, 'cutmix', 5);
  const part = u2.map((value, image) => Math.sqrt(1 - beta(1, value, v2[image])));
  const boxes = {
    height: part.map((value) => Math.floor(value * HEIGHT)),
    width: part.map((value) => Math.floor(value * WIDTH)),
    row: row.map((value) => Math.floor(value * HEIGHT)),
    column: column.map((value) => Math.floor(value * WIDTH)),
  };
  return [
    {
      config: { mixup: { alpha: 0.4, probability: 1 } },
      question: { operation: 'mixup', parameters: { kept: u.map((value, image) => beta(0.4, value, v[image])) } },
      tolerance: 0.01,
    },
    {
      config: { cutmix: { alpha: 1, probability: 1 } },
      question: { operation: 'cutmix', parameters: boxes },
      tolerance: 0,
    },
  ];
}

/** Bailey's polar method, through Student's t. */
function beta(alpha: number, u: number, v: number): number {
  const t = Math.sqrt(2 * alpha * (u ** (-1 / alpha) - 1)) * Math.cos(2 * Math.PI * v);
  return 0.5 + t / (2 * Math.sqrt(2 * alpha + t * t));
}

/** The largest difference of a pixel in any image. */
function worst(actual: Images, wanted: Images): number {
  const values = actual.flat(3);
  const expectedValues = wanted.flat(3);
  expect(values).toHaveLength(expectedValues.length);
  return Math.max(...values.map((value, index) => Math.abs(value - expectedValues[index])));
}

describe('augmentation', () => {
  it('equals the reference image by image', () => {
    expect(cases.length).toBeGreaterThan(40);
    for (const [index, { config, tolerance }] of cases.entries()) {
      const { images, labels } = augment(runtime, config);
      const message = JSON.stringify(config);
      expect(worst(images, expected[index].images), message).toBeLessThanOrEqual(tolerance);
      expect(changedImages(images), message).toContain(true);
      expectLabels(labels, expected[index].labels);
    }
  });

  it('leaves some images as they are where the probability is below 1', () => {
    const untouched = expected.filter(({ images }) => changedImages(images).includes(false));
    expect(untouched.length).toBeGreaterThan(30);
  });
});

function expectLabels(actual: number[] | number[][], wanted: number[][] | undefined): void {
  if (!wanted) expect(actual).toEqual(LABELS);
  else {
    (actual as number[][]).forEach((shares, image) => {
      shares.forEach((share, label) => {
        expect(share).toBeCloseTo(wanted[image][label], 5);
      });
    });
  }
}
