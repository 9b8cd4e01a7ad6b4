import fc from 'fast-check';
import type { Json } from '../../src/config/text/tree.js';

/** Keys of a mapping, each of them there or not. */
function some(keys: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Record<string, Json>> {
  return having({}, keys);
}

/** A mapping that must have some keys and may have others. */
function having(
  required: Record<string, fc.Arbitrary<Json>>,
  optional: Record<string, fc.Arbitrary<Json>>,
): fc.Arbitrary<Record<string, Json>> {
  const record = fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) });
  return record; // a key that isn't required is missing, never undefined
}

const any = (...values: Json[]): fc.Arbitrary<Json> => fc.constantFrom(...values);
const named = (name: string, optional: Record<string, fc.Arbitrary<Json>>) => having({ name: any(name) }, optional);
const fraction = fc.double({ min: 0, max: 0.99, noNaN: true });
const positive = fc.double({ min: 1e-6, max: 10, noNaN: true });
const count = fc.integer({ min: 1, max: 64 });
const size = fc.oneof(
  fc.integer({ min: 1, max: 7 }),
  fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
);
const flag = fc.boolean();

const activation = fc.oneof(
  any('relu', 'elu', 'gelu', 'leaky_relu', 'swish', 'tanh', 'prelu', 'linear'),
  named('leaky_relu', { negative_slope: fraction }),
  named('relu', {}),
);
const initializer = fc.oneof(
  any('glorot_uniform', 'he_normal', 'orthogonal', 'random_normal', 'zeros', 'constant'),
  named('variance_scaling', { scale: positive, mode: any('fan_in', 'fan_out', 'fan_avg') }),
  named('random_normal', { stddev: fraction }),
);
const regularizer = some({ l1: fraction, l2: fraction });
const weighted = {
  activation,
  use_bias: flag,
  kernel_initializer: initializer,
  bias_initializer: initializer,
  kernel_regularizer: regularizer,
  batch_normalization: flag,
  dropout: fraction,
  trainable: flag,
};
const convolution = { kernel_size: size, padding: any('valid', 'same'), ...weighted };

const plainLayer = fc.oneof(
  having({ type: any('conv2d'), filters: count }, { ...convolution, strides: size }),
  having({ type: any('conv2d'), filters: count }, { ...convolution, dilation_rate: size }),
  having({ type: any('conv2d_transpose'), filters: count }, { ...convolution, strides: size }),
  having({ type: any('separable_conv2d'), filters: count }, { ...convolution, depth_multiplier: count }),
  having({ type: any('depthwise_conv2d') }, { ...convolution, depth_multiplier: count }),
  having({ type: any('pooling2d') }, { pooling: any('max', 'average', 'strided', 'none'), pool_size: size }),
  having({ type: any('batch_normalization') }, { momentum: fraction, center: flag, trainable: flag }),
  having({ type: any('layer_normalization') }, { epsilon: fraction, scale: flag }),
  having({ type: any('dropout', 'spatial_dropout2d'), rate: fraction }, {}),
  having({ type: any('zero_padding2d') }, { padding: size }),
  having({ type: any('cropping2d'), cropping: size }, {}),
  having({ type: any('upsampling2d') }, { size, interpolation: any('nearest', 'bilinear') }),
  having({ type: any('activation') }, { activation }),
);
const residual = having(
  { type: any('residual'), layers: fc.array(plainLayer, { minLength: 1, maxLength: 3 }) },
  {
    merge: any('add', 'concatenate'),
    shortcut: any('auto', 'identity', 'projection'),
    activation,
    batch_normalization: flag,
  },
);
const output = having({ type: any('dense') }, { units: count, kernel_initializer: initializer, use_bias: flag });
const layers = fc
  .tuple(fc.array(fc.oneof(plainLayer, residual), { maxLength: 5 }), output)
  .map(([hidden, last]): Json => [...hidden, { type: 'flatten' }, last]);

const shared = {
  kernel_size: size,
  padding: any('valid', 'same'),
  pooling: any('max', 'average', 'strided', 'none'),
  activation,
  kernel_initializer: initializer,
  kernel_regularizer: regularizer,
  batch_normalization: flag,
  dropout: fraction,
};
const blocks = fc.oneof(
  having(
    { count: fc.integer({ min: 1, max: 4 }), filters: count },
    { filters_growth: any(1, 1.5, 2), convolutions: any(1, 2) },
  ),
  fc.array(having({ filters: count }, { convolutions: any(1, 2) }), { minLength: 1, maxLength: 3 }),
);
const model = fc.oneof(
  having({ layers }, shared),
  having({ blocks }, { ...shared, dense_units: fc.oneof(count, fc.array(count, { maxLength: 2 })) }),
);

const optimizer = fc.oneof(
  any('sgd', 'adagrad', 'adadelta', 'rmsprop', 'adam', 'adamw'),
  named('sgd', { learning_rate: positive, momentum: fraction }),
  named('adamw', { weight_decay: fraction, amsgrad: flag }),
);
const schedule = fc.oneof(
  any('constant', 'cosine', 'one_cycle', 'reduce_on_plateau'),
  having({ name: any('step', 'exponential'), decay_epochs: positive }, { decay_rate: any(0.1, 0.5) }),
  named('cosine', { alpha: fraction, warmup_epochs: any(0, 1, 2.5) }),
);
const training = some({
  optimizer,
  learning_rate_schedule: schedule,
  metrics: any(['accuracy'], ['accuracy', 'top_5_accuracy'], ['top_3_accuracy', 'top_10_accuracy'], []),
  batch_size: count,
  epochs: fc.integer({ min: 3, max: 100 }),
  early_stopping: fc.oneof(any(null), some({ patience: count, restore_best_weights: flag, min_delta: fraction })),
  label_smoothing: fraction,
  gradient_clipping: any(null, { clipnorm: 1 }, { global_clipnorm: 0.5 }),
  class_weight: any(null, 'balanced', { 0: 2, 3: 0.5 }),
  precision: any('float32', 'bfloat16'),
  seed: fc.integer({ min: 0, max: 2147483647 }),
  initial_weights: any(null, 'runs/x'),
});

const factor = fc.oneof(fraction, any([-0.1, 0.2]));
const augmentation = some({
  flip: fc.oneof(any(null), having({ mode: any('horizontal', 'vertical') }, { probability: fraction })),
  rotation: having({ factor }, { fill_mode: any('reflect', 'constant', 'nearest', 'wrap'), probability: fraction }),
  zoom: having({ height_factor: factor }, { width_factor: fc.oneof(factor, any(null)) }),
  crop: having({ padding: count }, {}),
  cutout: having({ size }, { fill_value: any(0, 127.5) }),
  mixup: some({ alpha: positive }),
});
const dataset = fc.oneof(
  named('mnist', { validation_split: any(0.1, 0.5), normalization: any('rescale', 'standardize', 'none') }),
  named('cifar10', { path: any(null, 'data'), train_fraction: any(0.1, 1) }),
  having(
    { name: any('image_folder'), path: any('images') },
    { image_size: fc.oneof(any(null), size), color_mode: any('rgb', 'grayscale') },
  ),
);
const sweep = some({
  parameters: any(
    {},
    { 'model.kernel_size': [3, 5] },
    { 'training.epochs': { values: [4, 5] }, 'training.optimizer': ['adam', { name: 'sgd', momentum: 0.9 }] },
    { training: { parameters: { batch_size: [8, 16], optimizer: { value: 'adam' } } }, 'model.activation': ['relu'] },
    {
      'training.optimizer': ['adam', 'sgd'],
      'training.optimizer.momentum': { values: [0, 0.9], when: { 'training.optimizer': 'sgd' } },
    },
  ),
  seeds: fc.oneof(count, any([1, 2, 3])),
  metric: any({ name: 'train_loss' }, { name: 'best_train_loss', goal: 'maximize' }),
  early_terminate: any(null, { type: 'asha' }, { type: 'hyperband', s: 2 }, { type: 'median', min_trials: 3 }),
  max_retries: any(0, 3),
}).map((given) => ({ metric: { name: 'train_loss' }, ...given }));

/** Experiments without a mistake, over the whole vocabulary. */
export const experiment = having(
  { dataset, model },
  {
    name: any('study', 'a b-c.d'),
    description: fc.string().map((text) => text.replaceAll('$', '')),
    tags: any([], ['a', 'b c']),
    augmentation,
    training,
    sweep,
    question: fc.oneof(
      any(null),
      fc.string({ minLength: 1 }).map((text) => text.replaceAll('$', '-')),
    ),
    tracking: any('none', { experiment: 'x', tags: { a: 'b' } }, {}),
  },
);
