import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import type { Values } from '../../src/config/sweep/conditions.js';
import { variantWords } from '../../src/config/sweep/words.js';
import { expandSweep } from '../../src/config/variants/sweep.js';

const FAQ = 'experiments/faq';

function wordsOf(variants: readonly Values[]): string[] {
  return variants.map((values) => variantWords(values, variants));
}

describe('a variant in words', () => {
  it.each<[string, Values[], string[]]>([
    ['a size', [{ 'model.kernel_size': 3 }, { 'model.kernel_size': [3, 5] }], ['3×3 kernels', '3×5 kernels']],
    [
      'several parameters',
      [
        { 'model.pooling': 'max', 'model.activation': 'relu' },
        { 'model.pooling': 'none', 'model.activation': { name: 'leaky_relu', negative_slope: 0.1 } },
      ],
      ['max pooling + ReLU', 'no pooling + leaky ReLU (negative slope 0.1)'],
    ],
    [
      'what is on or off',
      [{ 'training.early_stopping': null }, { 'training.early_stopping': { monitor: 'val_loss', patience: 3 } }],
      ['no early stopping', 'early stopping'],
    ],
    [
      'what is on in two ways',
      [{ 'training.early_stopping': { patience: 2 } }, { 'training.early_stopping': { patience: 3 } }],
      ['early stopping (patience 2)', 'early stopping (patience 3)'],
    ],
    [
      'a truth',
      [{ 'model.batch_normalization': true }, { 'model.batch_normalization': false }],
      ['batch normalization', 'no batch normalization'],
    ],
    [
      'any other key',
      [{ 'training.batch_size': 32 }, { 'training.batch_size': 64 }],
      ['batch size 32', 'batch size 64'],
    ],
    [
      'optimizers',
      [
        { 'training.optimizer': { name: 'sgd', learning_rate: 0.1, momentum: 0.9, nesterov: true } },
        { 'training.optimizer': { name: 'sgd', learning_rate: 0.5 } },
        { 'training.optimizer': 'adam' },
      ],
      ['SGD (learning rate 0.1, momentum 0.9, nesterov)', 'SGD (learning rate 0.5)', 'Adam'],
    ],
    [
      'initializers',
      [{ 'model.kernel_initializer': { name: 'random_normal', stddev: 1 } }, { 'model.kernel_initializer': 'zeros' }],
      ['random normal initialization (stddev 1)', 'zero initialization'],
    ],
    [
      'augmentation',
      [
        { augmentation: {} },
        { augmentation: { rotation: { factor: 0.1 } } },
        { augmentation: { noise: { stddev: 0.2 }, rotation: { factor: 0.1 } } },
      ],
      ['no augmentation', 'rotation (factor 0.1)', 'noise (stddev 0.2) and rotation (factor 0.1)'],
    ],
    [
      'long options, which are left out where nothing else is called so',
      [
        { augmentation: { translation: { height_factor: 0.1, width_factor: 0.1, fill_mode: 'nearest' } } },
        { augmentation: null },
      ],
      ['translation', 'no augmentation'],
    ],
    [
      'a regularizer',
      [{ 'model.kernel_regularizer': { l2: 0 } }, { 'model.kernel_regularizer': { l1: 0.1, l2: 0.01 } }],
      ['no regularization', 'L1 0.1 and L2 0.01'],
    ],
    [
      'a layer',
      [{ 'model.layers.2': { type: 'global_pooling2d' } }, { 'model.layers.2': { type: 'flatten' } }],
      ['global pooling', 'flatten'],
    ],
    ['nothing that varies', [{}], ['as it is']],
  ])('of %s', (_, variants, words) => {
    expect(wordsOf(variants)).toEqual(words);
  });

  it('is what the file calls it', () => {
    const variants = [{ 'model.kernel_size': 3 }, { 'model.kernel_size': 5 }];
    expect(variantWords(variants[0], variants, { variant: 'as published' })).toBe('as published');
    expect(variantWords(variants[1], variants, { values: { 'model.kernel_size': 'wide' } })).toBe('wide');
  });

  it.each(readdirSync(FAQ))('of %s speaks of things, not of keys, and is its own', (file) => {
    const experiment = loadExperiment(join(FAQ, file));
    const words = wordsOf(expandSweep(experiment).map(({ values }) => values));
    expect(new Set(words).size).toBe(words.length);
    for (const each of words) expect(each).not.toMatch(/[=_{}]|\.[a-z]|^$/);
  });
});
