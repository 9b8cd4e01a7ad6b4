import * as tf from '@tensorflow/tfjs';
import type { InitializerConfig } from '../config/schema/experiment.generated.js';
import type { RandomStream } from '../random.js';
import { orthogonalMatrix } from './orthogonal.js';
import { elementCount } from '../tensorflow/element-count.js';

/** Standard deviation of a standard normal number that is redrawn until it lies within ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;
const TRUNCATION = 2;

interface Scaling {
  scale: number;
  mode: 'fan_in' | 'fan_out' | 'fan_avg';
  distribution: 'truncated_normal' | 'untruncated_normal' | 'uniform';
}

/** Keras's names for the variance scalings of Glorot and Bengio (2010), He et al. (2015) and LeCun et al. (1998). */
const SCALINGS: Readonly<Record<string, Scaling | undefined>> = {
  glorot_uniform: { scale: 1, mode: 'fan_avg', distribution: 'uniform' },
  glorot_normal: { scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' },
  he_uniform: { scale: 2, mode: 'fan_in', distribution: 'uniform' },
  he_normal: { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' },
  lecun_uniform: { scale: 1, mode: 'fan_in', distribution: 'uniform' },
  lecun_normal: { scale: 1, mode: 'fan_in', distribution: 'truncated_normal' },
};

/**
 * The first values of a weight, distributed as Keras's initializer of that name distributes them.
 * @param shape of the weight: a kernel's last two axes are input and output channels
 * @returns row-major
 */
export function drawWeight(config: InitializerConfig, shape: readonly number[], stream: RandomStream): Float32Array {
  const values = new Float32Array(elementCount(shape));
  const { name, ...parameters } = typeof config === 'string' ? { name: config } : config;
  const scaling = name === 'variance_scaling' ? (parameters as Scaling) : SCALINGS[name];
  if (scaling) return drawScaled(values, scaling, shape, stream);
  const own = typeof config === 'string' ? undefined : config;
  switch (own?.name) {
    case 'orthogonal':
      return orthogonalMatrix(values, shape, own.gain, stream);
    case 'random_normal':
      return fillNormal(values, own, Infinity, stream);
    case 'truncated_normal':
      return fillNormal(values, own, TRUNCATION, stream);
    case 'random_uniform':
      return fillUniform(values, own.minval, own.maxval, stream);
    case 'constant':
      return values.fill(own.value);
    default:
      return values.fill(name === 'ones' ? 1 : 0);
  }
}

/**
 * tfjs's own initializer, so that a saved model names it in the standard way, which takes its values from `draw`: tfjs's
 * draws are slow, can't be reproduced from a seed and a name, and differ from Keras's in their deviation.
 */
export function createInitializer(config: InitializerConfig, draw: (shape: number[]) => Float32Array): Initializer {
  const initializer = standardInitializer(config);
  initializer.apply = (shape) => tf.tensor(draw(shape as number[]), shape as number[]);
  return initializer;
}

/** tfjs's base class of initializers, which it doesn't export. */
export type Initializer = Extract<Parameters<typeof tf.layers.dense>[0]['kernelInitializer'], { apply: unknown }>;

function standardInitializer(config: InitializerConfig): Initializer {
  const { initializers } = tf;
  if (typeof config === 'string') return standardPlainInitializer(config);
  switch (config.name) {
    case 'orthogonal':
      return initializers.orthogonal({ gain: config.gain });
    case 'random_normal':
      return initializers.randomNormal(config);
    case 'truncated_normal':
      return initializers.truncatedNormal(config);
    case 'random_uniform':
      return initializers.randomUniform(config);
    case 'constant':
      return initializers.constant({ value: config.value });
    case 'variance_scaling':
      return standardScaling(config);
  }
}

function standardPlainInitializer(name: Extract<InitializerConfig, string>): Initializer {
  const scaling = SCALINGS[name];
  if (scaling) return standardScaling(scaling);
  return name === 'ones' ? tf.initializers.ones() : tf.initializers.zeros();
}

/** tfjs calls both normal distributions `normal`. */
function standardScaling({ scale, mode, distribution }: Scaling): Initializer {
  const modes = { fan_in: 'fanIn', fan_out: 'fanOut', fan_avg: 'fanAvg' } as const;
  return tf.initializers.varianceScaling({
    scale,
    mode: modes[mode],
    distribution: distribution === 'uniform' ? 'uniform' : 'normal',
  });
}

function drawScaled(
  values: Float32Array,
  scaling: Scaling,
  shape: readonly number[],
  stream: RandomStream,
): Float32Array {
  const variance = scaling.scale / Math.max(1, fanOf(scaling.mode, shape));
  switch (scaling.distribution) {
    case 'uniform':
      return fillUniform(values, -Math.sqrt(3 * variance), Math.sqrt(3 * variance), stream);
    case 'untruncated_normal':
      return fillNormal(values, { mean: 0, stddev: Math.sqrt(variance) }, Infinity, stream);
    case 'truncated_normal':
      return fillNormal(values, { mean: 0, stddev: Math.sqrt(variance) / TRUNCATED_DEVIATION }, TRUNCATION, stream);
  }
}

/** How many inputs an output has, and how many outputs an input (Keras `compute_fans`). */
function fanOf(mode: Scaling['mode'], shape: readonly number[]): number {
  const window = elementCount(shape.slice(0, -2));
  const fanIn = window * (shape.at(-2) ?? shape.at(-1) ?? 1);
  const fanOut = window * (shape.at(-1) ?? 1);
  if (mode === 'fan_avg') return (fanIn + fanOut) / 2;
  return mode === 'fan_in' ? fanIn : fanOut;
}

function fillUniform(values: Float32Array, minimum: number, maximum: number, stream: RandomStream): Float32Array {
  const scale = (maximum - minimum) / 0x100000000;
  for (let index = 0; index < values.length; index++) values[index] = minimum + scale * stream.uint32();
  return values;
}

/**
 * Normal numbers within so many standard deviations, by the polar method of Marsaglia and Bray (1964), which gives two
 * at once; 32 random bits are more than a float32 can tell apart.
 */
function fillNormal(
  values: Float32Array,
  { mean, stddev }: { mean: number; stddev: number },
  bound: number,
  stream: RandomStream,
): Float32Array {
  for (let index = 0; index < values.length;) {
    const x = stream.uint32() / 0x80000000 - 1;
    const y = stream.uint32() / 0x80000000 - 1;
    const square = x * x + y * y;
    if (square === 0 || square >= 1) continue;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    if (Math.abs(x * factor) <= bound) values[index++] = mean + stddev * x * factor;
    if (index < values.length && Math.abs(y * factor) <= bound) values[index++] = mean + stddev * y * factor;
  }
  return values;
}
