import type * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig } from '../config/schema/experiment.generated.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { StepRandom } from '../tensorflow/step-random.js';
import { augmentationStream } from './augmentation/draws.js';
import { cutout } from './augmentation/cutout.js';
import { type ImageOperation, geometricOperations } from './augmentation/geometry.js';
import { type Batch, mixingOperations } from './augmentation/mixing.js';
import { pixelOperations } from './augmentation/pixels.js';
import { soundAugmentation } from './augmentation/sound.js';
import { wordOperations } from './augmentation/words.js';
import type { AudioColumn } from './audio/audio-column.js';
import type { InputColumn } from './dataset.js';

/**
 * Changes a batch of training images, texts or recordings at random, inside of a traced step.
 * @param images float32 [batch, height, width, channels], 0 to 255: as they are before normalization; of texts the numbers
 *   of their words, int32 [batch, length]; of recordings their rows, see `AudioColumn`
 * @param labels int32 [batch]
 */
export type Augmentation = (images: tf.Tensor, labels: tf.Tensor) => Batch;

/**
 * The augmentation that a configuration asks for. Each operation draws from its own stream (`augmentation/rotation`), so
 * that what is drawn depends on the seed and the step alone, and a further operation leaves the others' draws as they
 * were.
 * @param inputs the dataset's
 * @returns undefined where nothing is changed
 */
export function createAugmentation(
  config: AugmentationConfig,
  parts: { random: StepRandom; runtime: Pick<Runtime, 'projectiveTransform'>; classes: number },
  inputs: readonly InputColumn[] = [],
): Augmentation | undefined {
  const { random, runtime, classes } = parts;
  if (inputs.length === 1 && inputs[0].type === 'audio') {
    return soundAugmentation(config, inputs[0] as AudioColumn, parts);
  }
  const ofImages: ImageOperation[] = [
    ...geometricOperations(config, random, runtime),
    ...pixelOperations(config, random),
    ...(config.cutout ? [cutout(config.cutout, augmentationStream(random, 'cutout'))] : []),
  ];
  const ofWords = wordOperations(config, random);
  if (ofWords.length > 0) {
    return (words, labels) => ({ images: ofWords.reduce((current, operation) => operation(current), words), labels });
  }
  const ofBatches = mixingOperations(config, random, classes);
  if (ofImages.length + ofBatches.length === 0) return undefined;
  return (images, labels) => {
    const changed = ofImages.reduce((current, operation) => operation(current), images);
    return ofBatches.reduce((batch, operation) => operation(batch), { images: changed, labels });
  };
}
