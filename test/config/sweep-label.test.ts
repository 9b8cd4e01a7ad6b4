import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variantLabel, shortKey, valueLabel, valueLabels } from '../../src/config/sweep/label.js';
import type { Json } from '../../src/config/text/tree.js';

describe('labels', () => {
  it.each<[string, string[], string]>([
    ['model.kernel_size', ['model.kernel_size', 'model.pooling'], 'kernel_size'],
    ['training.optimizer.momentum', ['training.optimizer.momentum', 'model.layers.0.momentum'], 'optimizer.momentum'],
    ['model.layers.0.filters', ['model.layers.0.filters', 'model.layers.3.filters'], 'layers.0.filters'],
    ['model.layers.0', ['model.layers.0'], 'layers.0'],
    ['dataset', ['dataset', 'x.dataset'], 'dataset'],
    ['dataset.name', ['dataset.name'], 'dataset.name'],
  ])('of %s among %j is %s', (key, keys, expected) => {
    expect(shortKey(key, keys)).toBe(expected);
  });

  it.each<[Json, string]>([
    [0.001, '0.001'],
    [0.00012345678, '0.0001235'],
    [null, 'null'],
    [[3, 5], '[3, 5]'],
    [{ name: 'adam' }, 'adam'],
    [{ name: 'sgd', momentum: 0.9, nesterov: true }, 'sgd(momentum=0.9, nesterov=true)'],
    [[{ type: 'conv2d', filters: 8 }, { type: 'flatten' }], '[conv2d(filters=8), flatten]'],
    [{ l2: 0.1 }, '(l2=0.1)'],
    [{}, '{}'],
    [{ rotation: { factor: 0.04 } }, 'rotation(factor=0.04)'],
    [
      { translation: { height_factor: 0.07, width_factor: 0.07 } },
      'translation(height_factor=0.07, width_factor=0.07)',
    ],
    [{ noise: { stddev: 0.2 }, flip: {} }, 'noise(stddev=0.2), flip'],
    [
      { monitor: 'val_loss', patience: 3, restore_best_weights: true },
      '(monitor=val_loss, patience=3, restore_best_weights=true)',
    ],
    [{ name: 'sgd', schedule: { name: 'cosine', steps: 3 } }, 'sgd(schedule(cosine(steps=3)))'],
  ])('of %j is %s', (value, expected) => {
    expect(valueLabel(value)).toBe(expected);
  });

  it('of a variant', () => {
    const keys = ['model.kernel_size', 'model.pooling', 'training.epochs'];
    expect(variantLabel({ 'model.kernel_size': 3, 'model.pooling': 'max' }, keys)).toBe('kernel_size=3 pooling=max');
    expect(variantLabel({}, keys)).toBe('base');
  });

  it('stay short, and tell long values apart, without a digest', () => {
    const layers = (count: number): Json => Array.from({ length: count }, () => ({ type: 'conv2d', filters: 8 }));
    const labels = valueLabels([layers(50), layers(51)]);
    expect(new Set(labels).size).toBe(2);
    for (const label of [...labels, valueLabel(layers(50))]) {
      // 60, and a number where they would read the same.
      expect(label.replace(/ \(\d+\)$/, '').length).toBeLessThanOrEqual(60);
      expect(label).not.toMatch(/#|[0-9a-f]{4}$/);
    }
  });

  it('of long values of one name tell only what differs between them', () => {
    const sgd = { name: 'sgd', learning_rate: 0.1, momentum: 0.9, clipnorm: 1, clipvalue: 0.5, global_clipnorm: 1 };
    const values = [{ ...sgd, nesterov: true }, { ...sgd, nesterov: false }, { name: 'adam' }];
    expect(valueLabels(values)).toEqual(['sgd(nesterov=true)', 'sgd(nesterov=false)', 'adam']);
  });

  it('are the names that the experiment file gives', () => {
    const keys = ['augmentation', 'model.pooling'];
    const values = { augmentation: { flip: {} }, 'model.pooling': 'max' };
    expect(variantLabel(values, keys, { values: { augmentation: 'mirrored' } })).toBe(
      'augmentation=mirrored pooling=max',
    );
    expect(variantLabel(values, keys, { variant: 'as published' })).toBe('as published');
  });

  it('of different keys differ', () => {
    const key = fc
      .array(fc.constantFrom('a', 'b', '0'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 6 }), (keys) => {
        expect(new Set(keys.map((each) => shortKey(each, keys))).size).toBe(keys.length);
      }),
    );
  });
});
