import * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig } from '../config/schema/experiment.generated.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { RandomStreams } from '../tensorflow/random-source.js';
import { augmentationStream } from './augmentation/draws.js';
import { cutout } from './augmentation/cutout.js';
import { geometricOperations } from './augmentation/geometry.js';
import type { ImageOperation, Pictures } from './augmentation/operations.js';
import { type Batch, mixingOperations } from './augmentation/mixing.js';
import { pixelOperations } from './augmentation/pixels.js';
import { soundAugmentation } from './augmentation/sound.js';
import { wordOperations } from './augmentation/words.js';
import type { AudioColumn } from './audio/audio-column.js';
import type { DatasetColumns, InputColumn } from './dataset.js';

/**
 * Changes a batch of training images, texts or recordings at random, inside of a traced step; of images with masks, these too.
 * @param images float32 [batch, height, width, channels], 0 to 255: as they are before normalization; of texts the numbers
 *   of their words, int32 [batch, length]; of recordings their rows, see `AudioColumn`
 * @param labels int32 [batch]; masks [batch, height, width]; or numbers, which stay as they are
 */
export type Augmentation = (images: tf.Tensor, labels: tf.Tensor) => Batch;

const CHANGED_ALONE = ['image', 'text', 'audio'];

/** Which of a dataset's inputs are changed at random: images, alone or among other columns; what else there is alone. */
export function augmentedInputs(inputs: readonly InputColumn[]): number[] {
  if (inputs.length === 1 && CHANGED_ALONE.includes(inputs[0].type)) return [0];
  return [...inputs.keys()].filter((place) => inputs[place].type === 'image');
}

/** An input of several that is changed at random. */
export interface AugmentedInput {
  /** Which: an index. */
  place: number;
  augment: Augmentation;
}

/** What is needed to build an augmentation. */
interface Parts {
  random: RandomStreams;
  runtime: Pick<Runtime, 'projectiveTransform'>;
  classes: number;
}

/**
 * The augmentation of each input that a configuration asks for: several images of a row are changed each by itself, by
 * streams that have its column's name (`augmentation/frontal/rotation`).
 */
export function createAugmentations(
  config: AugmentationConfig,
  parts: Parts,
  dataset: DatasetColumns,
): AugmentedInput[] {
  const places = augmentedInputs(dataset.inputs);
  return places.flatMap((place) => {
    const input = dataset.inputs[place];
    const random = places.length > 1 ? streamsOf(parts.random, input.name) : parts.random;
    const augment = createAugmentation(config, { ...parts, random }, { inputs: [input], target: dataset.target });
    return augment ? [{ place, augment }] : [];
  });
}

function streamsOf(random: RandomStreams, column: string): RandomStreams {
  return { stream: (name) => random.stream(name.replace(/^augmentation/, `$&/${column}`)) };
}

/**
 * The augmentation of one input that a configuration asks for. Each operation draws from its own stream (`augmentation/rotation`), so
 * that what is drawn depends on the seed and the step alone, and a further operation leaves the others' draws as they
 * were.
 * @param columns the input, and the target; without them, images and classes
 * @returns undefined where nothing is changed
 */
export function createAugmentation(
  config: AugmentationConfig,
  parts: Parts,
  columns?: DatasetColumns,
): Augmentation | undefined {
  const { random, runtime, classes } = parts;
  const input = columns?.inputs[0];
  if (input?.type === 'audio') return soundAugmentation(config, input as AudioColumn, parts);
  const ofWords = wordOperations(config, random);
  if (ofWords.length > 0) {
    return (words, labels) => ({ images: ofWords.reduce((current, operation) => operation(current), words), labels });
  }
  if (input?.type === 'text') return undefined;
  const moving = geometricOperations(config, random, runtime);
  const ofImages: ImageOperation[] = [
    ...pixelOperations(config, random),
    ...(config.cutout ? [cutout(config.cutout, augmentationStream(random, 'cutout'))] : []),
  ];
  const ofBatches = mixingOperations(config, random, classes);
  if (moving.length + ofImages.length + ofBatches.length === 0) return undefined;
  const hasMasks = columns?.target.type === 'mask';
  return (images, labels) => {
    const given = hasMasks ? { images, masks: tf.expandDims(tf.cast(labels, 'float32'), -1) } : { images };
    const { images: moved, masks } = moving.reduce<Pictures>((current, operation) => operation(current), given);
    const changed = ofImages.reduce((current, operation) => operation(current), moved);
    const targets = masks ? tf.cast(tf.squeeze(masks, [-1]), 'int32') : labels;
    return ofBatches.reduce((batch, operation) => operation(batch), { images: changed, labels: targets });
  };
}
