import * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig, Cutmix, Mixup } from '../../config/schema/experiment.generated.js';
import type { RandomSource, RandomStreams } from '../../tensorflow/random-source.js';
import { boxMask, intervalAbout, visibleSize } from './boxes.js';
import { augmentationStream, bernoulli, symmetricBeta, uniformRows } from './draws.js';
import { type Entry, perImage, plus, times } from './entries.js';

/** Images with their labels. */
export interface Batch {
  /** float32 [batch, height, width, channels], 0 to 255. */
  images: tf.Tensor;
  /** The classes, int32 [batch]; once images are mixed, each class's share: float32 [batch, classes]. */
  labels: tf.Tensor;
  /** Of recordings: what hides parts of their spectrograms, once they are prepared. */
  mask?: (prepared: tf.Tensor) => tf.Tensor;
}

export type BatchOperation = (batch: Batch) => Batch;

/**
 * The operations that mix each image of a batch with another, in the configuration's order. The other is the next in the
 * batch (for the last, the first): batches are drawn in random order, so that any image is as likely.
 */
export function mixingOperations(config: AugmentationConfig, random: RandomStreams, classes: number): BatchOperation[] {
  const stream = (name: string): RandomSource => augmentationStream(random, name);
  return [
    config.mixup && mixup(config.mixup, stream('mixup'), classes),
    config.cutmix && cutmix(config.cutmix, stream('cutmix'), classes),
  ].filter((operation) => operation !== null);
}

/**
 * λ x + (1 − λ) x₂, of images and of labels (Zhang et al., "mixup: beyond empirical risk minimization", 2018); λ is drawn
 * for each image, as in Keras.
 * Draws: two numbers of which λ is made, whether the batch is changed (that of the first image counts).
 */
function mixup({ alpha, probability }: Mixup, source: RandomSource, classes: number): BatchOperation {
  return ({ images, labels }) => {
    const [u, v, chance] = uniformRows(source, 3, images.shape[0]);
    const changed = batchChance(probability, chance);
    const taken = tf.mul(tf.sub(1, symmetricBeta(alpha, u, v)), changed);
    return {
      images: blended(images, perImage(taken)),
      labels: blended(shares(labels, classes), tf.expandDims(taken, 1)),
    };
  };
}

/**
 * Pastes a rectangle of the other image in the same place, and mixes the labels by its area (Yun et al., "CutMix", 2019).
 * Its height and width are the part √(1 − λ) of the image's, rounded down; its centre is any pixel; what lies beyond the
 * edge is lost, and the area is what is left.
 * Draws: two numbers of which λ is made, the row and the column of the centre, whether the batch is changed (that of the
 * first image counts).
 */
function cutmix({ alpha, probability }: Cutmix, source: RandomSource, classes: number): BatchOperation {
  return ({ images, labels }) => {
    const [batch, height, width] = images.shape;
    const [u, v, row, column, chance] = uniformRows(source, 5, batch);
    const part = tf.mul(tf.sqrt(tf.sub(1, symmetricBeta(alpha, u, v))), batchChance(probability, chance));
    const rows = intervalAbout(row, tf.floor(tf.mul(part, height)), height);
    const columns = intervalAbout(column, tf.floor(tf.mul(part, width)), width);
    const area = tf.mul(visibleSize(rows, height), visibleSize(columns, width));
    return {
      images: blended(images, boxMask(rows, columns, height, width)),
      labels: blended(shares(labels, classes), tf.expandDims(tf.div(area, height * width), 1)),
    };
  };
}

function batchChance(probability: number, chance: tf.Tensor): Entry {
  return bernoulli(probability, tf.slice(chance, [0], [1]));
}

/** (1 − part) · values + part · values of the next; where the part is 0 or 1, one of the two to the bit. */
function blended(values: tf.Tensor, part: Entry): tf.Tensor {
  const rest = plus(times(part, -1), 1);
  return tf.add(tf.mul(values, rest), tf.mul(next(values), part));
}

/** The values of the next image in the batch; of the last, the first's. */
function next(values: tf.Tensor): tf.Tensor {
  const batch = values.shape[0];
  if (batch === 1) return values;
  const [first, rest] = tf.split(values, [1, batch - 1]);
  return tf.concat([rest, first]);
}

function shares(labels: tf.Tensor, classes: number): tf.Tensor {
  return labels.dtype === 'int32' ? tf.oneHot(labels, classes, 1, 0, 'float32') : labels;
}
