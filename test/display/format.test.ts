import { describe, expect, it } from 'vitest';
import { metricNumbers, metricText } from '../../src/display/format.js';
import { inUnit, titledMetric, unitOf } from '../../src/text/metric-unit.js';

describe('the values of metrics', () => {
  it.each([
    ['val_accuracy', 0.91666, '91.67 %'],
    ['test_top_3_accuracy', 1, '100.00 %'],
    ['best_val_f1_score', 0.5, '50.00 %'],
    ['val_precision', 0.123456, '12.35 %'],
    ['val_loss', 0.24311, '0.2431'],
    ['test_mean_absolute_error', 261_699.0292, '261,699'],
    ['val_loss', 148.3249, '148.32'],
    ['best_epoch', 6, '6'],
    ['samples_per_second', 12_345.67, '12,346'],
    ['learning_rate', 0.00012, '0.00012'],
    ['val_accuracy', NaN, 'NaN'],
  ])('%s %d is %s', (name, value, expected) => {
    expect(metricText(name, value)).toBe(expected);
  });

  it('have the same decimals in a column, whose title names their unit', () => {
    expect(titledMetric('val_accuracy')).toBe('val_accuracy (%)');
    expect(metricNumbers('val_accuracy', [0.9, null, 0.05])).toEqual(['90.00', '', '5.00']);
    expect(titledMetric('val_loss')).toBe('val_loss');
    expect(metricNumbers('val_loss', [0.5, 1e-5])).toEqual(['5.000e-1', '1.000e-5']);
    expect(metricNumbers('val_loss', [0.5, 0])).toEqual(['0.5000', '0.0000']);
    expect(metricNumbers('val_mean_absolute_error', [12_345.6, 9.87, null])).toEqual(['12,346', '10', '']);
  });

  it('are free of the last bits of a product', () => {
    expect(inUnit(0.007, unitOf('accuracy'))).toBe(0.7);
    expect(inUnit(0.0001, unitOf('loss'))).toBe(0.0001);
  });
});
