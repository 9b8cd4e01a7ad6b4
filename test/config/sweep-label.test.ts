import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellLabel, shortKey, valueLabel } from '../../src/config/sweep-label.js';
import type { Json } from '../../src/config/tree.js';

describe('labels', () => {
  test.each<[string, string[], string]>([
    ['model.kernel_size', ['model.kernel_size', 'model.pooling'], 'kernel_size'],
    ['training.optimizer.momentum', ['training.optimizer.momentum', 'model.layers.0.momentum'], 'optimizer.momentum'],
    ['model.layers.0.filters', ['model.layers.0.filters', 'model.layers.3.filters'], 'layers.0.filters'],
    ['model.layers.0', ['model.layers.0'], 'layers.0'],
    ['dataset', ['dataset', 'x.dataset'], 'dataset'],
    ['dataset.name', ['dataset.name'], 'dataset.name'],
  ])('of %s among %j is %s', (key, keys, expected) => {
    expect(shortKey(key, keys)).toBe(expected);
  });

  test.each<[Json, string]>([
    [0.001, '0.001'],
    [0.00012345678, '0.0001235'],
    [null, 'null'],
    [[3, 5], '[3,5]'],
    [{ name: 'adam' }, 'adam'],
    [{ name: 'sgd', momentum: 0.9, nesterov: true }, 'sgd(momentum=0.9,nesterov=true)'],
    [[{ type: 'conv2d', filters: 8 }, { type: 'flatten' }], '[conv2d(filters=8),flatten]'],
    [{ l2: 0.1 }, '(l2=0.1)'],
    [{}, '{}'],
    [{ rotation: { factor: 0.04 } }, 'rotation(factor=0.04)'],
    [{ translation: { height_factor: 0.07, width_factor: 0.07 } }, 'translation(0.07,0.07)'],
    [{ noise: { stddev: 0.2 }, flip: {} }, 'noise(stddev=0.2),flip'],
    [{ monitor: 'val_loss', patience: 3, restore_best_weights: true }, '(val_loss,3,true)'],
    [{ name: 'sgd', schedule: { name: 'cosine', steps: 3 } }, 'sgd(schedule(cosine(steps=3)))'],
  ])('of %j is %s', (value, expected) => {
    expect(valueLabel(value)).toBe(expected);
  });

  test('of a variant', () => {
    const keys = ['model.kernel_size', 'model.pooling', 'training.epochs'];
    expect(cellLabel({ 'model.kernel_size': 3, 'model.pooling': 'max' }, keys)).toBe('kernel_size=3 pooling=max');
    expect(cellLabel({}, keys)).toBe('base');
  });

  test('stay short, and tell long values apart', () => {
    const layers = (count: number): Json => Array.from({ length: count }, () => ({ type: 'conv2d', filters: 8 }));
    expect(valueLabel(layers(50)).length).toBeLessThanOrEqual(48);
    expect(valueLabel(layers(50))).not.toBe(valueLabel(layers(51)));
  });

  test('of different keys differ', () => {
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
