import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig } from '../../../src/config/schema/experiment.generated.js';
import { createAugmentation } from '../../../src/data/augmentation.js';
import { randomStream } from '../../../src/random.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import type { RandomSource } from '../../../src/tensorflow/random-source.js';
import { StepRandom } from '../../../src/tensorflow/step-random.js';
import { askKerasBy } from '../../support/keras.js';

/** No augmentation: what an experiment file without the section resolves to. */
export const OFF: AugmentationConfig = {
  flip: null,
  rotation: null,
  zoom: null,
  shear: null,
  translation: null,
  crop: null,
  brightness: null,
  contrast: null,
  noise: null,
  cutout: null,
  mixup: null,
  cutmix: null,
};

export const SEED = 7;
export const STEP = 3;
export const [BATCH, HEIGHT, WIDTH, CHANNELS, CLASSES] = [8, 9, 7, 2, 3];

/** [batch][height][width][channels] */
export type Images = number[][][][];

const random = randomStream(1, 'test/augmentation');
export const IMAGES = tf.util.toNestedArray(
  [BATCH, HEIGHT, WIDTH, CHANNELS],
  Float32Array.from({ length: BATCH * HEIGHT * WIDTH * CHANNELS }, () => random.below(256)),
) as Images;
export const LABELS = Array.from({ length: BATCH }, () => random.below(CLASSES));

export interface Augmented {
  images: Images;
  labels: number[] | number[][];
  listing: string;
}

/** Runs an augmentation as a program whose seeds and step are inputs, as in training. */
export function augment(
  runtime: Runtime,
  config: Partial<AugmentationConfig>,
  { images = IMAGES, labels = LABELS, seed = SEED, step = STEP } = {},
): Augmented {
  const stepRandom = new StepRandom(runtime);
  const augmentation = createAugmentation({ ...OFF, ...config }, { random: stepRandom, runtime, classes: CLASSES });
  if (!augmentation) throw new Error('the configuration changes nothing');
  const inputs = [
    tf.tensor4d(images),
    tf.tensor1d(labels, 'int32'),
    tf.tensor1d(stepRandom.seeds({ augmentation: seed, dropout: seed }), 'int32'),
    tf.scalar(step, 'int32'),
  ];
  const specs = inputs.map(({ shape, dtype }) => ({ shape, dtype: dtype as 'float32' | 'int32' }));
  const program = runtime.compile('augmentation', specs, ([x, y, seeds, at]) =>
    stepRandom.during(seeds, at, () => {
      const batch = augmentation(x, y);
      return [batch.images, batch.labels];
    }),
  );
  const [changed, mixed] = program.run(inputs);
  return {
    images: changed.arraySync() as Images,
    labels: mixed.arraySync() as number[] | number[][],
    listing: program.listing,
  };
}

/** What a stream draws in the test's step. */
export function drawn(runtime: Runtime, name: string, draw: (source: RandomSource) => tf.Tensor): tf.Tensor {
  const stepRandom = new StepRandom(runtime);
  const source = stepRandom.stream(`augmentation/${name}`);
  const seeds = tf.tensor1d(stepRandom.seeds({ augmentation: SEED, dropout: SEED }), 'int32');
  return stepRandom.during(seeds, tf.scalar(STEP, 'int32'), () => draw(source));
}

/** The uniform numbers of a stream, a row for each parameter: [rows][batch]. */
export function uniforms(runtime: Runtime, name: string, rows: number): number[][] {
  return drawn(runtime, name, (source) => source.uniform([rows, BATCH])).arraySync() as number[][];
}

/** A parameter drawn from [lower, upper] for each image; 0 for the images that another row doesn't choose. */
export function parameter(
  row: number[],
  [lower, upper]: [number, number],
  chance?: number[],
  probability = 1,
): number[] {
  return row.map((u, image) => (chance && chance[image] >= probability ? 0 : lower + u * (upper - lower)));
}

/** Which images are not those given. */
export function changedImages(images: Images): boolean[] {
  return images.map((image, index) => JSON.stringify(image) !== JSON.stringify(IMAGES[index]));
}

export interface Question {
  operation: string;
  parameters: Record<string, number[] | boolean[] | Images>;
  arguments?: object;
}

/** What Keras, or NumPy, makes of the test's images by the same parameters. */
export async function reference(questions: Question[]): Promise<{ images: Images; labels?: number[][] }[]> {
  const script = fileURLToPath(new URL('reference.py', import.meta.url));
  const common = { images: IMAGES, labels: LABELS, classes: CLASSES, arguments: {} };
  return askKerasBy(
    script,
    questions.map((question) => ({ ...common, ...question })),
  );
}
