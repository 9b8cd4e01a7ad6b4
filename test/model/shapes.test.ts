import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.js';
import { checkShapes, summarizeModel } from '../../src/model/shapes.js';
import { PortableRuntime } from '../../src/tensorflow/portable-runtime.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { type LayerFragment, resolveModel, shapeOf } from './models.js';

const IMAGE = { height: 28, width: 28, channels: 1, classes: 10 };

describe('summarizeModel', () => {
  it('counts as Keras does', () => {
    const model = resolveModel([
      { type: 'conv2d', filters: 32 },
      { type: 'pooling2d' },
      { type: 'flatten' },
      { type: 'dense', units: 128 },
      { type: 'dense' },
    ]);
    expect(summarizeModel(model, shapeOf(IMAGE))).toEqual([
      // 2 · 3 · 3 · 1 · 32 · 26 · 26 operations
      row('conv2d', 'conv2d', [26, 26, 32], 320, 389_376),
      row('pooling2d', 'pooling2d', [13, 13, 32], 0, 0),
      row('flatten', 'flatten', [5408], 0, 0),
      row('dense', 'dense', [128], 692_352, 1_384_448),
      row('dense_1', 'dense', [10], 1290, 2560),
      row('dense_1/activation', 'activation', [10], 0, 0),
    ]);
  });

  it('counts a transposed convolution as its convolution the other way round', () => {
    const model = resolveModel([
      { type: 'conv2d', filters: 4, strides: 2, padding: 'same' },
      { type: 'conv2d_transpose', filters: 1, strides: 2, padding: 'same' },
      { type: 'flatten' },
      { type: 'dense' },
    ]);
    const [down, up] = summarizeModel(model, shapeOf(IMAGE));
    expect(up).toMatchObject({ outputShape: [28, 28, 1], flops: down.flops, parameters: 3 * 3 * 4 + 1 });
  });

  it('counts what is frozen, and moving averages, as not trained', () => {
    const model = resolveModel(
      [{ type: 'conv2d', filters: 4, trainable: false }, { type: 'conv2d', filters: 2 }, ...ending],
      { batch_normalization: true },
    );
    const trained = summarizeModel(model, shapeOf(IMAGE)).map(({ name, parameters, trainableParameters }) => [
      name,
      parameters,
      trainableParameters,
    ]);
    expect(trained.slice(0, 5)).toEqual([
      ['conv2d', 36, 0],
      ['conv2d/batch_normalization', 16, 0],
      ['conv2d/activation', 0, 0],
      ['conv2d_1', 72, 72],
      ['conv2d_1/batch_normalization', 8, 4],
    ]);
  });
});

function row(name: string, type: string, outputShape: number[], parameters: number, flops: number) {
  const activationBytes = 4 * outputShape.reduce((size, length) => size * length, 1);
  return { name, type, outputShape, parameters, trainableParameters: parameters, flops, activationBytes };
}

const ending: LayerFragment[] = [{ type: 'flatten' }, { type: 'dense', name: 'output' }];

const size = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
);
const padding = fc.constantFrom('valid', 'same');
const activation = fc.constantFrom(
  'relu',
  'softplus',
  'linear',
  { name: 'prelu', shared_axes: [1, 2] },
  { name: 'prelu' },
  { name: 'elu', alpha: 0.5 },
);
const common = { activation, padding, kernel_size: size, batch_normalization: fc.boolean(), trainable: fc.boolean() };
const dilation = fc.record({ dilation_rate: size, strides: fc.constant(1) });
const stride = fc.record({ strides: fc.integer({ min: 1, max: 2 }) });

const kernelLayer = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: fc.constant('conv2d'),
        filters: fc.constantFrom(2, 4),
        groups: fc.constantFrom(1, 2),
        ...common,
      }),
      fc.record({ type: fc.constant('depthwise_conv2d'), depth_multiplier: fc.integer({ min: 1, max: 2 }), ...common }),
      fc.record({ type: fc.constant('separable_conv2d'), filters: fc.constantFrom(2, 6), ...common }),
    ),
    fc.oneof(dilation, stride),
  )
  .map(([layer, steps]) => ({ ...layer, ...steps }));

const plainLayer = fc.oneof(
  fc.record({ type: fc.constant('conv2d_transpose'), filters: fc.constantFrom(2, 4), strides: size, ...common }),
  fc.record({ type: fc.constant('upsampling2d'), size, interpolation: fc.constantFrom('nearest', 'bilinear') }),
  fc.record({ type: fc.constantFrom('cropping2d'), cropping: size }),
  fc.record({
    type: fc.constant('pooling2d'),
    pooling: fc.constantFrom('max', 'average', 'strided', 'none'),
    pool_size: size,
    padding,
  }),
  fc.constant({ type: 'layer_normalization' }),
  fc.record({ type: fc.constant('batch_normalization'), scale: fc.boolean(), center: fc.boolean() }),
  fc.constant({ type: 'dropout', rate: 0.5 }),
  fc.constant({ type: 'spatial_dropout2d', rate: 0.5 }),
  fc.record({ type: fc.constant('activation'), activation }),
);

const layer = fc.oneof(
  { weight: 3, arbitrary: kernelLayer },
  { weight: 2, arbitrary: plainLayer },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('residual'),
      layers: fc.array(fc.oneof(kernelLayer, plainLayer), { minLength: 1, maxLength: 2 }),
      merge: fc.constantFrom('add', 'concatenate'),
      shortcut: fc.constantFrom('auto', 'identity', 'projection'),
    }),
  },
);

const end = fc.constantFrom<LayerFragment[]>(ending, [
  { type: 'global_pooling2d', pooling: 'max' },
  { type: 'dense', units: 3 },
  { type: 'dense', name: 'output' },
]);

describe('checkShapes and summarizeModel, for any layers', () => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await PortableRuntime.start();
  });

  it('find a mistake, or agree with the model that is built', () => {
    let built = 0;
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 4 }), end, (layers, last) => {
        const config = resolveModel([...layers, ...last] as LayerFragment[]);
        const image = shapeOf({ height: 8, width: 7, channels: 4, classes: 5 });
        if (checkShapes(config, image).length > 0) return;
        built += 1;
        expectSummaryOf(runtime, config, image);
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(built).toBeGreaterThan(50);
  });
});

function expectSummaryOf(
  runtime: Runtime,
  config: Parameters<typeof buildModel>[0],
  image: Parameters<typeof buildModel>[1],
): void {
  const { model } = buildModel(config, image, { seed: 1, random: new StepRandom(runtime) });
  const summary = summarizeModel(config, image);
  for (const { name, outputShape } of summary) expect([null, ...outputShape]).toEqual(model.getLayer(name).outputShape);
  const count = (weights: typeof model.weights): number =>
    weights
      .filter(({ originalName, trainable }) => trainable || !originalName.endsWith('/pointwise_kernel'))
      .reduce((sum, { shape }) => sum + shape.reduce<number>((size, length) => size * (length ?? 1), 1), 0);
  expect(summary.reduce((sum, each) => sum + each.parameters, 0)).toBe(count(model.weights));
  expect(summary.reduce((sum, each) => sum + each.trainableParameters, 0)).toBe(count(model.trainableWeights));
  model.dispose();
}
