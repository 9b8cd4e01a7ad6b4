import { createAugmentations } from '../data/augmentation.js';
import type { Dataset } from '../data/dataset.js';
import { asImages } from '../data/images/image-dataset.js';
import { splitDataset } from '../data/split.js';
import { sourceSeeds } from '../random.js';
import type { LocatedExperiment, Preview } from '../protocol/job.js';
import { loadDatasetOf } from './dataset.js';
import { imageRows, mixed } from './preview-images.js';
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
  const first = createAugmentations(augmentation, { random, runtime, classes: classes.length }, loaded).at(0);
  if (!first) throw new Error('internal: there is no augmentation to preview');
  const { place: input, augment } = first;
  const seeds = sourceSeeds(training);
  const { train } = splitDataset(loaded, { ...data, seed: seeds.split });
  const batch = epochOrder(train, seeds.order, 1).subarray(0, training.batch_size);
  const shown = Math.min(columns, batch.length);
  if (loaded.inputs.length === 1 && loaded.inputs[0].type === 'audio') {
    const source = { dataset: loaded, augment, train, batch, random, seeds };
    return previewOfSound(loaded, batch, soundRows(runtime, source, { shown, steps: STEPS }));
  }
  // It says what there is in their place.
  if (loaded.inputs[input].type !== 'image') asImages(loaded, 'a preview of augmentation');
  return imageRows(runtime, { dataset: loaded, input, augment, batch, random, seeds }, { shown, steps: STEPS });
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
