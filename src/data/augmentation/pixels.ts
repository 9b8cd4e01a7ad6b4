import * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig, Brightness, Contrast, Noise } from '../../config/schema/experiment.generated.js';
import type { RandomSource, RandomStreams } from '../../tensorflow/random-source.js';
import { augmentationStream, bernoulli, drawOfImages, scaledTo, symmetricRange, uniformRows } from './draws.js';
import { perImage, times } from './entries.js';
import type { ImageOperation } from './operations.js';

/** The greatest value of a pixel. */
const WHITE = 255;

/** The operations that change the values of pixels where they are, in the configuration's order. */
export function pixelOperations(config: AugmentationConfig, random: RandomStreams): ImageOperation[] {
  const stream = (name: string): RandomSource => augmentationStream(random, name);
  return [
    config.brightness && brightness(config.brightness, stream('brightness')),
    config.contrast && contrast(config.contrast, stream('contrast')),
    config.noise && noise(config.noise, stream('noise'), stream('noise/changed')),
  ].filter((operation) => operation !== null);
}

/** x + 255 b. Draws: b. */
function brightness({ factor, probability }: Brightness, source: RandomSource): ImageOperation {
  const [lower, upper] = symmetricRange(factor);
  return (images) => {
    const range = [lower * WHITE, upper * WHITE] as const;
    const [change] = drawOfImages(source, images.shape[0], [(uniform) => scaledTo(range, uniform)], probability);
    return clipped(tf.add(images, perImage(change)));
  };
}

/** x + c (x − mean of the image's channel), which leaves every bit as it is where c is 0. Draws: c. */
function contrast({ factor, probability }: Contrast, source: RandomSource): ImageOperation {
  // Keras: [lower, upper] stands for a factor from 1 − lower to 1 + upper.
  const range = typeof factor === 'number' ? symmetricRange(factor) : ([-factor[0], factor[1]] as const);
  return (images) => {
    const [change] = drawOfImages(source, images.shape[0], [(uniform) => scaledTo(range, uniform)], probability);
    const distance = tf.sub(images, tf.mean(images, [1, 2], true));
    return clipped(tf.add(images, tf.mul(distance, perImage(change))));
  };
}

/** Draws: from the first stream a normal number for each pixel and channel; from the second, the images changed. */
function noise({ stddev, probability }: Noise, normal: RandomSource, changed: RandomSource): ImageOperation {
  return (images) => {
    const [chance] = uniformRows(changed, 1, images.shape[0]);
    const scale = times(bernoulli(probability, chance), (stddev ?? 0) * WHITE);
    return clipped(tf.add(images, tf.mul(normal.normal(images.shape), perImage(scale))));
  };
}

function clipped(images: tf.Tensor): tf.Tensor {
  return tf.clipByValue(images, 0, WHITE);
}
