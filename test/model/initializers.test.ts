import { beforeAll, describe, expect, it } from 'vitest';
import type { InitializerConfig } from '../../src/config/experiment.js';
import { drawWeight } from '../../src/model/initializers.js';
import { randomStream } from '../../src/random.js';
import { drawFromKeras } from './parity.js';

const KERNEL = [3, 3, 24, 80];

/** Each by our name and Keras's; the shapes are those of a convolution's kernel. */
const initializers: Record<string, { config: InitializerConfig; keras: object | string }> = {
  ...Object.fromEntries(
    (['glorot_uniform', 'glorot_normal', 'he_uniform', 'he_normal', 'lecun_uniform', 'lecun_normal'] as const).map(
      (name) => [name, { config: name, keras: name }],
    ),
  ),
  random_normal: both('RandomNormal', { name: 'random_normal', mean: 0.5, stddev: 0.2 }),
  truncated_normal: both('TruncatedNormal', { name: 'truncated_normal', mean: -1, stddev: 0.3 }),
  random_uniform: both('RandomUniform', { name: 'random_uniform', minval: -0.5, maxval: 2 }),
  ...Object.fromEntries(
    (['truncated_normal', 'untruncated_normal', 'uniform'] as const).map((distribution) => [
      `variance_scaling, ${distribution}`,
      both('VarianceScaling', { name: 'variance_scaling', scale: 3, mode: 'fan_out', distribution }),
    ]),
  ),
};

function both(className: string, config: Extract<InitializerConfig, object>): (typeof initializers)[string] {
  const parameters = Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'name'));
  return { config, keras: { class_name: className, config: parameters } };
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

describe('initializers as in Keras', () => {
  let samples: Float32Array[];

  beforeAll(async () => {
    const draws = Object.values(initializers).map(({ keras }) => ({ initializer: keras, shape: KERNEL }));
    samples = await drawFromKeras([
      ...draws,
      { initializer: { class_name: 'Orthogonal', config: { gain: 2 } }, shape: [3, 3, 4, 30] },
    ]);
  });

  it.each(Object.keys(initializers))('%s', (name) => {
    const ours = draw(initializers[name].config, KERNEL);
    const theirs = samples[Object.keys(initializers).indexOf(name)];
    expect(theirs).toHaveLength(ours.length);
    expect(distance(ours, theirs)).toBeLessThan(critical(ours.length, theirs.length));
    expect(deviation(ours) / deviation(theirs)).toBeGreaterThan(0.97);
    expect(deviation(ours) / deviation(theirs)).toBeLessThan(1.03);
    const [least, most] = [Math.min(...theirs), Math.max(...theirs)];
    const range = most - least;
    if (!/random_normal|untruncated/.test(name)) {
      expect(Math.min(...ours)).toBeGreaterThan(least - 0.01 * range);
      expect(Math.max(...ours)).toBeLessThan(most + 0.01 * range);
    }
    expect(Math.abs(mean(ours) - mean(theirs))).toBeLessThan(0.01 * range);
  });

  it('orthogonal', () => {
    const ours = draw({ name: 'orthogonal', gain: 2 }, [3, 3, 4, 30]);
    const theirs = samples[samples.length - 1];
    expect(distance(ours, theirs)).toBeLessThan(critical(ours.length, theirs.length));
  });
});

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
