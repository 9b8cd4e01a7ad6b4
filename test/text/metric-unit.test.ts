import { describe, expect, it } from 'vitest';
import { possibleDifferences, possibleValues } from '../../src/text/metric-unit.js';

describe('an interval holds only what is possible', () => {
  it.each([
    ['val_accuracy', 1, [-0.2, 1.1], [0, 1]],
    ['val_accuracy', 100, [-20, 110], [0, 100]],
    ['test_f1_score', 1, [0.2, 0.4], [0.2, 0.4]],
    ['val_loss', 1, [-0.5, 3], [0, 3]],
    ['test_mean_absolute_error', 1, [-0.5, 3], [0, 3]],
    ['test_r2_score', 1, [-4, 3], [-4, 3]],
  ] as const)('of values of %s, times %i', (metric, factor, interval, expected) => {
    expect(possibleValues(interval, metric, factor)).toEqual(expected);
  });

  it.each([
    ['val_accuracy', 1, [-3, 0.5], [-1, 0.5]],
    ['val_accuracy', 100, [-30, 250], [-30, 100]],
    ['val_loss', 1, [-50, 3], [-50, 3]],
  ] as const)('of differences in %s, times %i', (metric, factor, interval, expected) => {
    expect(possibleDifferences(interval, metric, factor)).toEqual(expected);
  });

  it('where there is one', () => {
    expect(possibleValues(null, 'val_accuracy')).toBeNull();
    expect(possibleDifferences(null, 'val_accuracy')).toBeNull();
  });
});
