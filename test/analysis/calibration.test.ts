import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brierScore, calibrationOf, logLoss } from '../../src/analysis/calibration.js';
import { classificationReport } from '../../src/analysis/classification-report.js';
import { reliabilityPanel } from '../../src/analysis/reliability-diagram.js';

describe('calibration', () => {
  it('is the mean distance of accuracy and confidence, bin by bin', () => {
    // Bins of a fifth: (0.4, 0.6] holds two, one right; (0.8, 1] holds three, two right.
    const right = [true, false, true, true, false];
    const { expectedError, maximumError, bins } = calibrationOf(
      Float32Array.of(0.5, 0.55, 0.9, 1, 0.95),
      (i) => right[i],
      5,
    );
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 2, 0, 3]);
    expect(bins[2]).toMatchObject({ lower: 0.4, accuracy: 0.5 });
    expect(bins[2].confidence).toBeCloseTo(0.525);
    expect(bins[0]).toMatchObject({ confidence: null, accuracy: null, interval: null });
    expect(expectedError).toBeCloseTo((2 * 0.025 + 3 * (0.95 - 2 / 3)) / 5);
    expect(maximumError).toBeCloseTo(0.95 - 2 / 3);
  });

  it('is 0 where every confidence is right, and counts every image once', () => {
    const confidences = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(confidences, fc.integer({ min: 1, max: 30 }), (values, count) => {
        const { bins, expectedError } = calibrationOf(Float32Array.from(values), () => true, count);
        expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
        expect(expectedError).toBeGreaterThanOrEqual(0);
        expect(expectedError).toBeLessThanOrEqual(1);
      }),
    );
    expect(calibrationOf(Float32Array.of(1, 1), () => true).expectedError).toBe(0);
  });

  it('log loss and Brier score are those of scikit-learn', () => {
    const probabilities = Float32Array.of(0.7, 0.2, 0.1, 0.1, 0.3, 0.6);
    const labels = Int32Array.of(0, 1);
    expect(logLoss(probabilities, labels)).toBeCloseTo(-(Math.log(0.7) + Math.log(0.3)) / 2, 6);
    expect(brierScore(probabilities, labels)).toBeCloseTo((0.09 + 0.04 + 0.01 + 0.01 + 0.49 + 0.36) / 2, 6);
    expect(logLoss(Float32Array.of(0, 1), Int32Array.of(0))).toBeCloseTo(-Math.log(1e-7), 6);
  });
});

describe('a classification report', () => {
  const scored = {
    classes: ['a', 'b', 'c'],
    labels: Int32Array.of(0, 0, 0, 1, 1),
    predictions: Int32Array.of(0, 0, 1, 1, 0),
    probabilities: Float32Array.from([0.8, 0.1, 0.1, 0.6, 0.3, 0.1, 0.3, 0.6, 0.1, 0.2, 0.7, 0.1, 0.5, 0.4, 0.1]),
  };

  it('has scores and intervals of every class, also of one that nothing is of', () => {
    const report = classificationReport(scored);
    expect(report).toMatchObject({
      images: 5,
      accuracy: 0.6,
      confusionMatrix: [
        [2, 1, 0],
        [1, 1, 0],
        [0, 0, 0],
      ],
    });
    expect(report.classes[0]).toMatchObject({ class: 'a', images: 3, precision: 2 / 3, recall: 2 / 3 });
    expect(report.classes[2]).toMatchObject({ images: 0, f1_score: 0, precisionInterval: null, recallInterval: null });
    // Wilson's interval of 3 of 5: statsmodels' proportion_confint(3, 5, method='wilson').
    expect(report.accuracyInterval[0]).toBeCloseTo(0.2307, 4);
    expect(report.accuracyInterval[1]).toBeCloseTo(0.8824, 4);
  });

  it('is drawn with a bar for each bin that holds images, and names that break no SVG', () => {
    const calibration = calibrationOf(Float32Array.of(0.8, 0.6, 0.6), (image) => image === 0);
    const svg = reliabilityPanel({ name: '<script>&', calibration });
    expect(svg).toContain('&lt;script&gt;&amp;');
    expect(svg).not.toContain('<script>');
    expect(svg.match(/<title>/g)).toHaveLength(calibration.bins.filter(({ count }) => count > 0).length);
  });
});
