import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { type LayerFragment, resolveModel, shapeOf } from './models.js';

const IMAGES = { height: 20, width: 20, channels: 8, classes: 8 };
const BATCH = 40;

/** Traces the output, and the gradient of its sum, of a model of the dropout layer and a pooling that shows it. */
function trace(runtime: Runtime, layers: LayerFragment[]) {
  const random = new StepRandom(runtime);
  const { logits } = buildModel(resolveModel([...layers, { type: 'global_pooling2d' }]), shapeOf(IMAGES), {
    seed: 1,
    random,
  });
  const dropout = logits.layers[1];
  const shape = [BATCH, IMAGES.height, IMAGES.width, IMAGES.channels];
  const program = runtime.compile(
    'dropout',
    [
      { shape, dtype: 'float32' },
      { shape: [random.seeds({ augmentation: 1, dropout: 1 }).length], dtype: 'int32' },
      { shape: [], dtype: 'int32' },
    ],
    ([x, seeds, step]) =>
      random.during(seeds, step, () => {
        let output: tf.Tensor | undefined;
        const gradient = tf.grad((input: tf.Tensor) => {
          output = tf.keep(dropout.call(input, { training: true }) as tf.Tensor);
          return output;
        })(x);
        return [output ?? gradient, gradient];
      }),
  );
  return (seed: number, step: number): Float32Array[] => {
    const inputs = [
      tf.fill(shape, 3),
      tf.tensor1d(random.seeds({ augmentation: seed, dropout: seed }), 'int32'),
      tf.scalar(step, 'int32'),
    ];
    return program.run(inputs).map((tensor) => tensor.dataSync<'float32'>());
  };
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index])), 0);

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

describe.each([
  ['dropout', { type: 'dropout', rate: 0.3 }],
  ['spatial_dropout2d', { type: 'spatial_dropout2d', rate: 0.3 }],
])('%s', (type, layer) => {
  let run: (seed: number, step: number) => Float32Array[];

  beforeAll(() => {
    run = trace(runtime, [layer]);
  });

  it('zeroes its rate and scales the rest by 1 / (1 − rate)', () => {
    const [output] = run(1, 0);
    const kept = output.filter((value) => value !== 0);
    expect(new Set(kept).size).toBe(1);
    expect(kept[0]).toBeCloseTo(3 / 0.7, 5);
    // Five standard deviations of as many draws as were made.
    const draws = type === 'dropout' ? output.length : output.length / (IMAGES.height * IMAGES.width);
    expect(Math.abs(kept.length / output.length - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / draws));
  });

  it('has the gradient of what it kept', () => {
    const [output, gradient] = run(1, 0);
    expect(
      largestDifference(
        gradient,
        output.map((value) => value / 3),
      ),
    ).toBeLessThan(1e-6);
  });

  it('draws by seed and step alone', () => {
    expect(run(5, 7)[0]).toEqual(run(5, 7)[0]);
    expect(run(5, 8)[0]).not.toEqual(run(5, 7)[0]);
    expect(run(6, 7)[0]).not.toEqual(run(5, 7)[0]);
  });

  it('drops whole channels if it is spatial, pixels otherwise', () => {
    const [output] = run(1, 0);
    const firstChannel = output
      .filter((_, index) => index % IMAGES.channels === 0)
      .subarray(0, IMAGES.height * IMAGES.width);
    expect(new Set(firstChannel).size).toBe(type === 'dropout' ? 2 : 1);
  });
});
