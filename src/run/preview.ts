import * as tf from '@tensorflow/tfjs';
import { type Augmentation, createAugmentation } from '../data/augmentation.js';
import { type ImageDataset, asImages } from '../data/images/image-dataset.js';
import type { Dataset } from '../data/dataset.js';
import { splitDataset } from '../data/split.js';
import { sourceSeeds, type SourceSeeds } from '../random.js';
import type { LocatedExperiment, Preview } from '../protocol/job.js';
import { loadDatasetOf } from './dataset.js';
import { type SoundRows, soundRows } from './preview-sound.js';
import type { RunHooks } from './experiment.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { StepRandom } from '../tensorflow/step-random.js';
import { epochOrder } from '../training/trainer.js';

/** The training steps whose draws are shown, a row each. */
const STEPS = [0, 1, 2, 3];

/**
 * The first images or recordings of the first batch, and what augmentation makes of them by the draws of the first steps. The row of
 * step 0 is what training sees in that step.
 */
export async function previewAugmentation(
  { experiment, columns }: { experiment: LocatedExperiment; columns: number },
  start: () => Promise<Runtime>,
  hooks: RunHooks,
): Promise<Preview> {
  const { augmentation, dataset: data, training } = experiment.config;
  const runtime = await start();
  const loaded = await loadDatasetOf(experiment, hooks);
  const { classes } = loaded.target;
  const random = new StepRandom(runtime);
  const augment = createAugmentation(augmentation, { random, runtime, classes: classes.length }, loaded);
  if (!augment) throw new Error('internal: there is no augmentation to preview');
  const seeds = sourceSeeds(training);
  const { train } = splitDataset(loaded, { ...data, seed: seeds.split });
  const batch = epochOrder(train, seeds.order, 1).subarray(0, training.batch_size);
  const shown = Math.min(columns, batch.length);
  if (loaded.inputs[0].type === 'audio') {
    const source = { dataset: loaded, augment, train, batch, random, seeds };
    return previewOfSound(loaded, batch, soundRows(runtime, source, { shown, steps: STEPS }));
  }
  const dataset = asImages(loaded, 'a preview of augmentation');
  const changed = augmentedRows(augment, { dataset, batch, random, seeds }, shown);
  const rows = [originals(dataset, batch.subarray(0, shown)), ...changed.map(({ pixels }) => pixels)];
  const own = Array.from(batch.subarray(0, shown), (index) => dataset.classes[dataset.train.labels[index]]);
  const labels = [
    own,
    ...changed.map(({ shares }) => (shares ? shares.map((row) => mixed(row, dataset.classes)) : own)),
  ];
  const { height, width, channels } = dataset;
  return {
    columns: shown,
    rows: rows.length,
    height,
    width,
    channels,
    pixels: Buffer.concat(rows),
    labels: labels.flat(),
  };
}

/** Recordings have a label where they have a class. */
function previewOfSound(
  { target, train }: Dataset,
  batch: Int32Array,
  { height, width, pixels, shares }: SoundRows,
): Preview {
  const shown = pixels[0].length / height / width;
  const own = Array.from(batch.subarray(0, shown), (row) => target.classes.at(train.target[row]) ?? '');
  const labels = shares.flatMap((each) => each?.map((row) => mixed(row, target.classes)) ?? own);
  return {
    ...{ columns: shown, rows: pixels.length, height, width, channels: 1 },
    pixels: Buffer.concat(pixels),
    labels: [...own, ...labels],
  };
}

function originals({ train, height, width, channels }: ImageDataset, indices: Int32Array): Uint8Array {
  const size = height * width * channels;
  return Buffer.concat(Array.from(indices, (index) => train.images.subarray(index * size, (index + 1) * size)));
}

interface Source {
  dataset: ImageDataset;
  /** Indices of the images of a whole batch: what is drawn for an image depends on the size of the batch. */
  batch: Int32Array;
  random: StepRandom;
  seeds: SourceSeeds;
}

/** What a step makes of the images. */
interface ChangedRow {
  /** [shown, height, width, channels] */
  pixels: Uint8Array;
  /** Of each image, each class's share; null where images aren't mixed. */
  shares: number[][] | null;
}

/** `cat: 70 %, dog: 30 %`; `cat` of an image of one class. */
function mixed(shares: readonly number[], classes: readonly string[]): string {
  const parts = [...shares.keys()]
    .filter((index) => shares[index] >= LEAST_SHARE)
    .sort((a, b) => shares[b] - shares[a]);
  if (parts.length === 1) return classes[parts[0]];
  return parts.map((index) => `${classes[index]}: ${Math.round(100 * shares[index])} %`).join(', ');
}

/** Less of a class isn't seen. */
const LEAST_SHARE = 0.005;

/** The first images of the batch as each step changes them. */
function augmentedRows(augment: Augmentation, { dataset, batch, random, seeds }: Source, shown: number): ChangedRow[] {
  const { height, width, channels, train } = dataset;
  const shape = [batch.length, height, width, channels];
  const inputs = [
    tf.tensor(Float32Array.from(originals(dataset, batch)), shape),
    tf.tensor1d(
      batch.map((index) => train.labels[index]),
      'int32',
    ),
    tf.tensor1d(random.seeds(seeds), 'int32'),
  ];
  const specs = [
    { shape, dtype: 'float32' as const },
    { shape: [batch.length], dtype: 'int32' as const },
    { shape: inputs[2].shape, dtype: 'int32' as const },
    { shape: [], dtype: 'int32' as const },
  ];
  const program = random.runtime.compile('preview', specs, ([images, labels, keys, step]) =>
    random.during(keys, step, () => {
      const changed = augment(images, labels);
      return [changed.images, changed.labels];
    }),
  );
  const rows: ChangedRow[] = [];
  tf.tidy(() => {
    for (const step of STEPS) {
      const [images, labels] = program.run([...inputs, tf.scalar(step, 'int32')]);
      const pixels = Uint8ClampedArray.from(tf.slice(images, [0], [shown]).dataSync());
      const shares = labels.rank === 2 ? (tf.slice(labels, [0], [shown]).arraySync() as number[][]) : null;
      rows.push({ pixels: new Uint8Array(pixels.buffer), shares });
    }
    tf.dispose(inputs);
    program.dispose();
  });
  return rows;
}
