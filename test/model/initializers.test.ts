import { beforeAll, describe, expect, it } from 'vitest';
import type { InitializerConfig, ModelConfig } from '../../src/config/schema/experiment.generated.js';
import type { Json } from '../../src/config/text/tree.js';
import { buildModel } from '../../src/model/build.js';
import { drawWeight } from '../../src/model/initializers.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { asKeras } from '../support/encoding.js';
import { type LayerFragment, choiceName, resolveClassifier, shapeOf } from './models.js';
import { drawFromKeras } from './parity.js';

/** Images of which no two layers' fans are equal, with enough channels for a thousand draws and more. */
const IMAGES = { height: 6, width: 5, channels: 24, classes: 3 };

const scaling = { name: 'variance_scaling', scale: 3, mode: 'fan_out' } as const;

const initializers: InitializerConfig[] = [
  'glorot_uniform',
  'glorot_normal',
  'he_uniform',
  'he_normal',
  'lecun_uniform',
  'lecun_normal',
  { name: 'orthogonal', gain: 2 },
  { name: 'random_normal', mean: 0.5, stddev: 0.2 },
  { name: 'truncated_normal', mean: -1, stddev: 0.3 },
  { name: 'random_uniform', minval: -0.5, maxval: 2 },
  { ...scaling, distribution: 'truncated_normal' },
  { ...scaling, distribution: 'untruncated_normal' },
  { ...scaling, distribution: 'uniform' },
];

/** One for each way to count fans. */
const ofFans: InitializerConfig[] = ['he_normal', 'glorot_uniform', { ...scaling, distribution: 'untruncated_normal' }];

/** Layers whose kernels' fans are told from their shapes each in its own way. */
const layers: Record<string, LayerFragment[]> = {
  'conv2d, rectangular': [{ type: 'conv2d', filters: 40, kernel_size: [3, 2] }],
  'conv2d, grouped': [{ type: 'conv2d', filters: 80, groups: 4 }],
  conv2d_transpose: [{ type: 'conv2d_transpose', filters: 40, kernel_size: [3, 2] }],
  depthwise_conv2d: [{ type: 'depthwise_conv2d', depth_multiplier: 6 }],
  separable_conv2d: [{ type: 'separable_conv2d', filters: 60, depth_multiplier: 5 }],
  dense: [{ type: 'flatten' }, { type: 'dense', units: 30 }],
};

interface Case {
  layers: LayerFragment[];
  initializer: InitializerConfig;
}

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    initializers.map((initializer) => [
      choiceName(initializer),
      { layers: [{ type: 'conv2d', filters: 80 }], initializer },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(layers).flatMap(([name, own]) =>
      ofFans.map((initializer) => [`${name}: ${choiceName(initializer)}`, { layers: own, initializer }]),
    ),
  ),
};

const modelOf = ({ layers: own, initializer }: Case): ModelConfig =>
  resolveClassifier(own, { kernel_initializer: initializer as Json });

/** The first weights of our model, by Keras's names. */
function drawn(each: Case): Record<string, Float32Array> {
  const { logits } = buildModel(modelOf(each), shapeOf(IMAGES), { seed: 1, random: new StepRandom({} as Runtime) });
  const values = logits.weights.map((weight) => [weight.originalName, weight.read()] as const);
  const weights = Object.entries(asKeras(logits, Object.fromEntries(values)));
  return Object.fromEntries(weights.map(([name, value]) => [name, value.dataSync<'float32'>()]));
}

const draw = (config: InitializerConfig, shape: number[], name = 'weights/test/kernel'): Float32Array =>
  drawWeight(config, shape, randomStream(1, name));

/** The two-sample statistic of Kolmogorov and Smirnov: the largest distance of the empirical distributions. */
function distance(first: Float32Array, second: Float32Array): number {
  const [a, b] = [first.toSorted(), second.toSorted()];
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= value) i++;
    while (j < b.length && b[j] <= value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/** Beyond which two samples of the same distribution lie once in a million times. */
const critical = (n: number, m: number): number => 2.69 * Math.sqrt((n + m) / (n * m));

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: Float32Array): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}

describe('first weights are distributed as in Keras', () => {
  let keras: Record<string, Float32Array>[];

  beforeAll(async () => {
    const { height, width, channels } = IMAGES;
    keras = await drawFromKeras(Object.values(cases).map(modelOf), [height, width, channels]);
  });

  it.each(Object.keys(cases))('%s', (name) => {
    const ours = drawn(cases[name]);
    const theirs = keras[Object.keys(cases).indexOf(name)];
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    const kernels = Object.keys(ours).filter((weight) => /kernel$/.test(weight) && !weight.startsWith('output'));
    expect(kernels).toHaveLength(name.startsWith('separable') ? 2 : 1);
    for (const weight of kernels)
      expectSameDistribution(ours[weight], theirs[weight], choiceName(cases[name].initializer));
  });
});

function expectSameDistribution(ours: Float32Array, theirs: Float32Array, initializer: string): void {
  expect(ours.length).toBeGreaterThan(1000);
  expect(theirs).toHaveLength(ours.length);
  expect(distance(ours, theirs)).toBeLessThan(critical(ours.length, theirs.length));
  // Six standard deviations of the difference of two estimates, for normal numbers; of others it is less.
  const error = 6 / Math.sqrt(ours.length);
  expect(Math.abs(deviation(ours) / deviation(theirs) - 1)).toBeLessThan(error);
  expect(Math.abs(mean(ours) - mean(theirs))).toBeLessThan(1.5 * error * deviation(theirs));
  if (!/random_normal|untruncated|orthogonal/.test(initializer)) {
    const [least, most] = [Math.min(...theirs), Math.max(...theirs)];
    expect(Math.min(...ours)).toBeGreaterThan(least - 0.02 * (most - least));
    expect(Math.max(...ours)).toBeLessThan(most + 0.02 * (most - least));
  }
}

describe('orthogonal', () => {
  it.each([
    ['tall', [60, 17]],
    ['wide', [17, 60]],
    ['square', [40, 40]],
    ['of a convolution', [3, 2, 5, 12]],
    ['a column', [7, 1]],
  ])('%s: rows or columns are orthonormal, times gain', (_, shape) => {
    const columns = shape[shape.length - 1];
    const values = draw({ name: 'orthogonal', gain: 3 }, shape);
    const rows = values.length / columns;
    const at = (row: number, column: number): number => values[row * columns + column] / 3;
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const vector = (index: number, at_: number): number => (rows < columns ? at(index, at_) : at(at_, index));
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        const product = Array.from({ length }, (__, k) => vector(a, k) * vector(b, k)).reduce((sum, x) => sum + x, 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });
});

describe('drawWeight', () => {
  it('gives constants', () => {
    expect([...draw('zeros', [3])]).toEqual([0, 0, 0]);
    expect([...draw('ones', [3])]).toEqual([1, 1, 1]);
    expect([...draw({ name: 'constant', value: 0.5 }, [2])]).toEqual([0.5, 0.5]);
  });

  it('depends on the seed and the name alone', () => {
    expect(draw('he_normal', [4, 5])).toEqual(draw('he_normal', [4, 5]));
    expect(draw('he_normal', [4, 5])).not.toEqual(draw('he_normal', [4, 5], 'weights/other/kernel'));
    expect(draw('he_normal', [4, 5])).not.toEqual(
      drawWeight('he_normal', [4, 5], randomStream(2, 'weights/test/kernel')),
    );
  });
});
