import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import { IGNORED } from '../data/masks/mask.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { type Loss, focalOfClasses } from './losses.js';

export interface MaskLossParts {
  runtime: Pick<Runtime, 'softmaxCrossEntropy'>;
  /** How many classes there are. */
  outputs: number;
  /** See `LossParts`. */
  endsInSoftmax: boolean;
  /** The weight of each class. */
  weights?: readonly number[];
}

/** What keeps overlaps of nothing with nothing from being 0 ÷ 0: MONAI's `smooth_nr` and `smooth_dr`. */
const SMOOTH = 1e-5;

/** A batch of masks, and what is said of them. */
interface Batch {
  /** float32 [batch, height, width, classes] */
  logits: tf.Tensor;
  /** int32 [batch, height, width]; 0 where a pixel doesn't count. */
  labels: tf.Tensor;
  /** 1 where a pixel counts: float32 [batch, height, width]. */
  counted: tf.Tensor;
}

/** float32 [batch] */
type BatchLoss = (batch: Batch) => tf.Tensor;

/**
 * The loss of each image's mask: float32 [batch]. Pixels that are `IGNORED` take no part.
 *
 * - `sparse_categorical_crossentropy`, `categorical_focal_crossentropy` (Lin et al., 2017): the mean over the pixels of
 *   Keras's losses of these names, each pixel weighed as its class.
 * - `dice` (Milletari et al., 2016): 1 − 2 Σ p t ÷ (Σ p + Σ t) of each image and class, the mean over the classes: MONAI's
 *   DiceLoss with its defaults and `softmax`. A class's weight is a factor of its part.
 * - `dice_crossentropy`: the sum of both (MONAI DiceCELoss).
 * - `tversky` (Salehi et al., 2017): likewise 1 − Σ p t ÷ (Σ p t + alpha Σ p (1 − t) + beta Σ (1 − p) t) (MONAI TverskyLoss).
 * @returns of logits float32 [batch, height, width, classes] and classes int32 [batch, height, width]
 */
export function createMaskLoss(
  config: Pick<TrainingConfig, 'loss' | 'label_smoothing' | 'focal' | 'tversky'>,
  parts: MaskLossParts,
): Loss {
  const loss = batchLoss(config, parts);
  return (logits, classes) => {
    const isCounted = tf.notEqual(classes, tf.scalar(IGNORED, 'int32'));
    const labels = tf.mul(classes, tf.cast(isCounted, 'int32'));
    return loss({ logits, labels, counted: tf.cast(isCounted, 'float32') });
  };
}

function batchLoss(config: Parameters<typeof createMaskLoss>[0], parts: MaskLossParts): BatchLoss {
  switch (config.loss) {
    case 'dice':
      return diceLoss(parts);
    case 'dice_crossentropy': {
      const [dice, entropy] = [diceLoss(parts), crossEntropy(config.label_smoothing, parts)];
      return (batch) => tf.add(dice(batch), entropy(batch));
    }
    case 'tversky': {
      const { alpha, beta } = config.tversky ?? SALEHI;
      return overlapLoss(parts, ({ both, predicted, real }) => {
        const wrong = tf.add(tf.mul(tf.sub(predicted, both), alpha), tf.mul(tf.sub(real, both), beta));
        return tf.div(tf.add(both, SMOOTH), tf.add(tf.add(both, wrong), SMOOTH));
      });
    }
    case 'categorical_focal_crossentropy':
      return perPixel(parts, (batch) =>
        focalOfClasses(probabilities(batch, parts), oneHot(batch, parts), config.focal),
      );
    case 'sparse_categorical_crossentropy':
      return crossEntropy(config.label_smoothing, parts);
    default:
      throw new Error(`internal: ${config.loss} of a mask`);
  }
}

/** Misses cost more than false alarms. */
const SALEHI = { alpha: 0.3, beta: 0.7 };

function crossEntropy(smoothing: number, parts: MaskLossParts): BatchLoss {
  const { runtime, outputs } = parts;
  return perPixel(parts, ({ logits, labels }) => {
    const flat = tf.reshape(labels, [-1]);
    const off = smoothing / outputs;
    const targets =
      smoothing === 0 ? flat : tf.oneHot(tf.cast(flat, 'int32'), outputs, 1 - smoothing + off, off, 'float32');
    return tf.reshape(runtime.softmaxCrossEntropy(targets, tf.reshape(logits, [-1, outputs])), labels.shape);
  });
}

/** The mean over the pixels that count; 0 where none does. @param loss of each pixel, [batch, height, width] */
function perPixel({ weights }: MaskLossParts, loss: (batch: Batch) => tf.Tensor): BatchLoss {
  return (batch) => {
    const weighed = weights ? tf.mul(loss(batch), tf.gather(tf.tensor1d([...weights]), batch.labels)) : loss(batch);
    return tf.div(tf.sum(tf.mul(weighed, batch.counted), [1, 2]), tf.maximum(tf.sum(batch.counted, [1, 2]), 1));
  };
}

function diceLoss(parts: MaskLossParts): BatchLoss {
  return overlapLoss(parts, ({ both, predicted, real }) =>
    tf.div(tf.add(tf.mul(both, 2), SMOOTH), tf.add(tf.add(predicted, real), SMOOTH)),
  );
}

/** Sums over the pixels of each image and class: [batch, classes]. */
type Overlap = (sums: Record<'both' | 'predicted' | 'real', tf.Tensor>) => tf.Tensor;

/** What the classes lack of a full overlap: the mean over them, each times its weight. */
function overlapLoss(parts: MaskLossParts, overlap: Overlap): BatchLoss {
  return (batch) => {
    const counted = tf.expandDims(batch.counted, -1);
    const real = tf.mul(oneHot(batch, parts), counted);
    const predicted = tf.mul(probabilities(batch, parts), counted);
    const over = (values: tf.Tensor): tf.Tensor => tf.sum(values, [1, 2]);
    const lacks = tf.sub(
      1,
      overlap({ both: over(tf.mul(real, predicted)), predicted: over(predicted), real: over(real) }),
    );
    return tf.mean(parts.weights ? tf.mul(lacks, tf.tensor1d([...parts.weights])) : lacks, 1);
  };
}

function probabilities({ logits }: Batch, { endsInSoftmax }: MaskLossParts): tf.Tensor {
  return endsInSoftmax ? tf.softmax(logits) : logits;
}

function oneHot({ labels }: Batch, { outputs }: MaskLossParts): tf.Tensor {
  return tf.oneHot(tf.cast(labels, 'int32'), outputs, 1, 0, 'float32');
}
