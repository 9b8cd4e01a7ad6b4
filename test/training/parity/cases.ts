import type { InitializerConfig } from '../../../src/config/schema/experiment.generated.js';
import type { Json } from '../../../src/config/text/tree.js';
import { PARITY_CASES } from '../../model/parity-cases.js';
import { type LayerFragment, choiceName } from '../../model/models.js';
import type { ParityCase } from './experiments.js';

type Settings = Record<string, Json>;

/** A small network of each kind of kernel, for all that isn't about layers. */
const NETWORK: LayerFragment[] = [
  { type: 'conv2d', filters: 4, activation: 'tanh' },
  { type: 'pooling2d', pooling: 'average' },
];

const network = (training: Settings): ParityCase => ({ layers: NETWORK, training });

const adam = { name: 'adam', learning_rate: 0.003 };
const rmsprop = { name: 'rmsprop', learning_rate: 0.001 };
const sgd = { name: 'sgd', learning_rate: 0.02 };

const optimizers: Record<string, Settings> = {
  sgd,
  'sgd with momentum': { ...sgd, momentum: 0.9 },
  'sgd with Nesterov momentum': { ...sgd, momentum: 0.9, nesterov: true },
  adagrad: { name: 'adagrad', learning_rate: 0.03 },
  'adagrad from zero': { name: 'adagrad', learning_rate: 0.01, initial_accumulator_value: 0, epsilon: 0.001 },
  adadelta: { name: 'adadelta', learning_rate: 1 },
  rmsprop,
  'rmsprop with momentum': { ...rmsprop, momentum: 0.5 },
  'rmsprop, centered': { ...rmsprop, centered: true, epsilon: 0.001 },
  'rmsprop, centered with momentum': { ...rmsprop, centered: true, epsilon: 0.001, momentum: 0.5 },
  adam,
  'adam with other betas and epsilon': { ...adam, beta_1: 0.5, beta_2: 0.9, epsilon: 0.01 },
  'adam with AMSGrad': { ...adam, beta_2: 0.9, amsgrad: true },
  adamw: { name: 'adamw', learning_rate: 0.003, weight_decay: 0.1 },
  'adamw with AMSGrad': { name: 'adamw', learning_rate: 0.003, weight_decay: 0.1, amsgrad: true },
};

const schedules: Record<string, Settings> = {
  step: { name: 'step', decay_epochs: 3, decay_rate: 0.5 },
  exponential: { name: 'exponential', decay_epochs: 2, decay_rate: 0.8 },
  'piecewise constant': { name: 'piecewise_constant', boundaries: [2, 5.4], factors: [3, 0.1] },
  cosine: { name: 'cosine' },
  'cosine with an end': { name: 'cosine', decay_epochs: 6, alpha: 0.1 },
  'cosine with warm-up': { name: 'cosine', warmup_epochs: 2, alpha: 0.05 },
};

const initializers: InitializerConfig[] = [
  'glorot_uniform',
  'glorot_normal',
  'he_uniform',
  'he_normal',
  'lecun_uniform',
  'lecun_normal',
  'zeros',
  'ones',
  { name: 'orthogonal', gain: 0.5 },
  { name: 'random_normal', mean: 0.01, stddev: 0.1 },
  { name: 'truncated_normal', mean: 0, stddev: 0.1 },
  { name: 'random_uniform', minval: -0.1, maxval: 0.05 },
  { name: 'variance_scaling', scale: 0.5, mode: 'fan_out', distribution: 'untruncated_normal' },
  { name: 'constant', value: 0.02 },
];

const regularizers: Record<string, Settings> = {
  l1: { l1: 0.01 },
  l2: { l2: 0.02 },
  'l1 and l2': { l1: 0.01, l2: 0.02 },
};

const losses: Record<string, Settings> = {
  'cross-entropy with label smoothing': { label_smoothing: 0.1 },
  'cross-entropy with class weights': { class_weight: { '0': 0.5, '2': 3 } },
  'cross-entropy with balanced class weights': { class_weight: 'balanced' },
  'cross-entropy with label smoothing and class weights': { label_smoothing: 0.2, class_weight: { '1': 2 } },
  'mean squared error': { loss: 'mean_squared_error' },
  'mean squared error with label smoothing': { loss: 'mean_squared_error', label_smoothing: 0.1 },
  'mean squared error with class weights': { loss: 'mean_squared_error', class_weight: { '0': 0.5, '2': 3 } },
};

const clippings: Record<string, Settings> = {
  clipvalue: { clipvalue: 0.02 },
  clipnorm: { clipnorm: 0.1 },
  global_clipnorm: { global_clipnorm: 0.1 },
};

/** What is compared over 50 steps of one batch each, by what it is about. */
export const STEP_GROUPS: Record<string, Record<string, ParityCase>> = {
  layers: PARITY_CASES,
  dropout: {
    'dropout of rate 0': { layers: [...NETWORK, { type: 'dropout', rate: 0 }] },
    'spatial dropout of rate 0': { layers: [...NETWORK, { type: 'spatial_dropout2d', rate: 0 }] },
  },
  optimizers: mapValues(optimizers, (optimizer) => network({ optimizer })),
  schedules: mapValues(schedules, (schedule) => network({ optimizer: sgd, learning_rate_schedule: schedule })),
  'gradient clipping': {
    ...mapValues(clippings, (clipping) => network({ optimizer: sgd, gradient_clipping: clipping })),
    'clipnorm of a grouped convolution': {
      layers: [{ type: 'conv2d', filters: 4, groups: 2 }],
      training: { gradient_clipping: clippings.clipnorm },
    },
  },
  losses: mapValues(losses, network),
  regularizers: mapValues(regularizers, (regularizer) => ({
    layers: NETWORK,
    shared: { kernel_regularizer: regularizer },
  })),
  initializers: Object.fromEntries(
    initializers.map((initializer) => [
      choiceName(initializer),
      { layers: NETWORK, shared: { kernel_initializer: initializer as Json } },
    ]),
  ),
  normalization: {
    rescale: { layers: NETWORK, normalization: 'rescale' },
    none: { layers: NETWORK, normalization: 'none', training: { optimizer: { name: 'sgd', learning_rate: 1e-6 } } },
  },
};

const normalized: LayerFragment[] = [{ type: 'conv2d', filters: 4, batch_normalization: true }, ...NETWORK];

/** What is compared over epochs: 80 examples in batches of 24, of which the last has 8. */
export const EPOCH_CASES: Record<string, ParityCase> = {
  'reduce on plateau': {
    layers: NETWORK,
    training: {
      batch_size: 24,
      epochs: 15,
      optimizer: { name: 'sgd', learning_rate: 0.2 },
      learning_rate_schedule: { name: 'reduce_on_plateau', patience: 1, cooldown: 1, factor: 0.5, min_delta: 0.01 },
    },
  },
  'early stopping with the best weights': {
    layers: NETWORK,
    training: {
      batch_size: 24,
      epochs: 15,
      optimizer: { name: 'adam', learning_rate: 0.03, epsilon: 0.001 },
      early_stopping: { patience: 2, restore_best_weights: true },
    },
  },
  'batch normalization, momentum, warm-up, clipping and label smoothing at once': {
    layers: normalized,
    shared: { kernel_regularizer: { l1: 0, l2: 0.001 } },
    training: {
      batch_size: 24,
      optimizer: { ...sgd, momentum: 0.9, nesterov: true },
      learning_rate_schedule: { name: 'cosine', warmup_epochs: 2 },
      gradient_clipping: { global_clipnorm: 0.5 },
      label_smoothing: 0.1,
    },
  },
};

function mapValues<T>(values: Record<string, T>, toCase: (value: T) => ParityCase): Record<string, ParityCase> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toCase(value)]));
}
