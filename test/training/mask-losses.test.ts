import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingConfig } from '../../src/config/schema/experiment.generated.js';
import { maskCounts } from '../../src/data/columns/mask.js';
import { IGNORED } from '../../src/data/masks/mask.js';
import { classOverlaps, diceOfImages, meanDice, meanIou, pixelAccuracy } from '../../src/metrics/segmentation.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { pixelWeights } from '../../src/training/class-weights.js';
import { createMaskLoss } from '../../src/training/mask-losses.js';
import { askKerasBy } from '../support/keras.js';
import { startTensorFlow } from '../support/tensorflow.js';

const [IMAGES, HEIGHT, WIDTH, CLASSES] = [5, 6, 7, 4];
const WEIGHTS = [0.5, 1, 2, 3];

const random = randomStream(1, 'test/mask-losses');
const table = <T>(draw: () => T): T[][][] =>
  Array.from({ length: IMAGES }, () => Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, draw)));
const logits = table(() => Array.from({ length: CLASSES }, () => 2 * random.normal()));
// The last class is true nowhere; of the first image some pixels don't count, and the second is background alone.
const labels = table(() => random.below(CLASSES - 1)).map((image, index) =>
  image.map((row) => row.map((label) => (index === 1 ? 0 : index === 0 && label === 2 ? IGNORED : label))),
);
// Of the second image nothing else is found either.
for (const pixel of logits[1].flat()) pixel[0] = 20;

interface Case {
  loss: TrainingConfig['loss'];
  smoothing: number;
  weights: number[] | null;
  focal?: { gamma: number; alpha: number };
  tversky?: { alpha: number; beta: number };
}

const plain = { smoothing: 0, weights: null };
const cases: Record<string, Case> = {
  'cross-entropy': { ...plain, loss: 'sparse_categorical_crossentropy' },
  'cross-entropy, smooth labels': { ...plain, loss: 'sparse_categorical_crossentropy', smoothing: 0.1 },
  'cross-entropy, class weights': { ...plain, loss: 'sparse_categorical_crossentropy', weights: WEIGHTS },
  focal: { ...plain, loss: 'categorical_focal_crossentropy', focal: { gamma: 2, alpha: 0.25 } },
  'focal, class weights': {
    ...plain,
    loss: 'categorical_focal_crossentropy',
    focal: { gamma: 1.5, alpha: 1 },
    weights: WEIGHTS,
  },
  dice: { ...plain, loss: 'dice' },
  'dice, class weights': { ...plain, loss: 'dice', weights: WEIGHTS },
  'dice + cross-entropy': { ...plain, loss: 'dice_crossentropy' },
  tversky: { ...plain, loss: 'tversky', tversky: { alpha: 0.3, beta: 0.7 } },
  'tversky, class weights': { ...plain, loss: 'tversky', tversky: { alpha: 1, beta: 0.5 }, weights: WEIGHTS },
};

interface Reference {
  losses: Record<string, number[]>;
  /** Of Dice over all classes, and without the first. */
  metrics: { mean_iou: number; dice: number[]; pixel_accuracy: number }[];
}

describe('masks', () => {
  let runtime: Runtime;
  let reference: Reference;

  beforeAll(async () => {
    runtime = await startTensorFlow();
    const script = fileURLToPath(new URL('mask_reference.py', import.meta.url));
    reference = await askKerasBy(script, { logits, labels, cases });
  });

  const truth = (): tf.Tensor => tf.tensor3d(labels, undefined, 'int32');

  it.each(Object.entries(cases))('lose as defined: %s', (name, { loss, smoothing, weights, ...keys }) => {
    const config = { loss, label_smoothing: smoothing, ...keys };
    const parts = { runtime, outputs: CLASSES, endsInSoftmax: true, weights: weights ?? undefined };
    const of = createMaskLoss(config, parts);
    const values = tf.tidy(() => of(tf.tensor4d(logits), truth()).dataSync());
    for (const [image, expected] of reference.losses[name].entries()) expect(values[image]).toBeCloseTo(expected, 5);
  });

  it.each(Object.keys(cases))('have the slope of their loss, and none where pixels do not count: %s', (name) => {
    const { loss, smoothing, weights, ...keys } = cases[name];
    const parts = { runtime, outputs: CLASSES, endsInSoftmax: true, weights: weights ?? undefined };
    const of = createMaskLoss({ loss, label_smoothing: smoothing, ...keys }, parts);
    const total = (x: tf.Tensor): tf.Tensor => tf.sum(of(x, truth()));
    const x = tf.tensor4d(logits);
    const slope = tf.tidy(() => tf.grad(total)(x));
    const direction = tf.tensor(
      Float32Array.from({ length: x.size }, () => random.normal()),
      x.shape,
    );
    const step = 1e-2;
    const at = (distance: number): number => tf.tidy(() => total(tf.add(x, tf.mul(direction, distance))).dataSync()[0]);
    const along = tf.tidy(() => tf.sum(tf.mul(slope, direction)).dataSync()[0]);
    expect((at(step) - at(-step)) / (2 * step)).toBeCloseTo(along, 2);
    const ignored = labels.flat(2).findIndex((label) => label === IGNORED);
    const there = slope.dataSync().subarray(ignored * CLASSES, (ignored + 1) * CLASSES);
    expect([...there].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('are measured as defined', () => {
    const counts = tf.tidy(() => maskCounts(tf.softmax(tf.tensor4d(logits)), truth()).dataSync()) as Float32Array;
    const [whole, withoutFirst] = reference.metrics;
    expect(meanIou(counts, CLASSES)).toBeCloseTo(whole.mean_iou, 6);
    expect(pixelAccuracy(counts, CLASSES)).toBeCloseTo(whole.pixel_accuracy, 6);
    for (const [first, { dice }] of [whole, withoutFirst].entries()) {
      const ours = diceOfImages(counts, CLASSES, first);
      for (const [image, expected] of dice.entries()) expect(ours[image]).toBeCloseTo(expected, 6);
      expect(meanDice(counts, CLASSES, first)).toBeCloseTo(ours.reduce((sum, each) => sum + each, 0) / IMAGES, 10);
    }
    expect(withoutFirst.dice[1]).toBe(1);
  });

  it('tell of each class how it overlaps', () => {
    // Two images of two classes: 3 of 4 true pixels found with 1 too many; the class missed altogether.
    const counts = Float32Array.of(10, 3, 11, 4, 11, 4, 14, 0, 15, 0, 14, 1);
    const [, second] = classOverlaps(counts, 2);
    expect(second).toEqual({ iou: 3 / 6, dice: (6 / 8 + 0) / 2, precision: 3 / 4, recall: 3 / 5, images: 2 });
  });
});

describe('pixelWeights', () => {
  it('balances pixels, and takes weights by name', () => {
    expect(pixelWeights('balanced', ['a', 'b'], () => [30, 10])).toEqual([40 / 60, 40 / 20]);
    expect(pixelWeights({ b: 3 }, ['a', 'b'], () => [])).toEqual([1, 3]);
    expect(pixelWeights(null, ['a', 'b'], () => [])).toBeUndefined();
  });
});
