import { expect, it } from 'vitest';
import { worstImages } from '../../src/analysis/worst-images.js';

const answered = {
  labels: Int32Array.of(0, 1, 2, 0, 1),
  predictions: Int32Array.of(0, 0, 1, 2, 0),
  // Exact in 32 bits.
  values: Float32Array.of(
    ...[0.5, 0.25, 0.25],
    ...[0.5, 0.375, 0.125],
    ...[0, 1, 0],
    ...[0.25, 0, 0.75],
    ...[0.5, 0.375, 0.125],
  ),
};

it('lists the wrongly classified images, the most confidently wrong first, of equal ones the first', () => {
  const worst = worstImages(answered, Infinity);
  expect(worst.map(({ index }) => index)).toEqual([2, 3, 1, 4]);
  expect(worst[1]).toEqual({ index: 3, label: 0, prediction: 2, labelValue: 0.25, predictionValue: 0.75 });
  expect(worstImages(answered, 2)).toEqual(worst.slice(0, 2));
});

it('lists nothing where all is right, or there is nothing', () => {
  expect(worstImages({ ...answered, predictions: answered.labels }, 5)).toEqual([]);
  const none = { labels: new Int32Array(), predictions: new Int32Array(), values: new Float32Array() };
  expect(worstImages(none, 5)).toEqual([]);
});
