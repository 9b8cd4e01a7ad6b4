import * as tf from '@tensorflow/tfjs';
import type { Augmentation } from '../data/augmentation.js';
import type { Dataset } from '../data/dataset.js';
import { fitInputs, gatherInputs, prepareInputs, residentInputs } from '../data/inputs.js';
import { drawnSound } from '../data/audio/drawn-sound.js';
import type { SourceSeeds } from '../random.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { StepRandom } from '../tensorflow/step-random.js';

/** One input is all that the model is given. */
const ALONE = [[0]];

/** Recordings drawn as images of one size, a row for the originals and one for each step. */
export interface SoundRows {
  height: number;
  width: number;
  /** [shown, height, width] of each row */
  pixels: Uint8Array[];
  /** Of each step each class's share of each recording, [shown][classes]; null where they aren't mixed. */
  shares: (number[][] | null)[];
}

/** What a preview is made of. */
interface Source {
  dataset: Dataset;
  augment: Augmentation;
  /** The rows trained on. */
  train: Int32Array;
  /** Those of a whole batch: what is drawn for a recording depends on its size. */
  batch: Int32Array;
  random: StepRandom;
  seeds: SourceSeeds;
}

/** What the model is given of the first recordings of a batch, as they are and as each step changes them. */
export function soundRows(
  runtime: Runtime,
  source: Source,
  { shown, steps }: { shown: number; steps: readonly number[] },
): SoundRows {
  const { dataset, augment, train, batch, random, seeds } = source;
  const fitted = fitInputs(dataset, train);
  const resident = residentInputs(dataset.inputs, dataset.train, runtime);
  const labels = tf.tensor1d(
    Int32Array.from(batch, (row) => dataset.train.target[row]),
    'int32',
  );
  const inputs = [tf.tensor1d(batch, 'int32'), labels, tf.tensor1d(random.seeds(seeds), 'int32')];
  const int = (shape: number[]): { shape: number[]; dtype: 'int32' } => ({ shape, dtype: 'int32' });
  const specs = [int([batch.length]), int([batch.length]), int(inputs[2].shape), int([])];
  const plain = runtime.compile('originals', specs.slice(0, 1), ([indices]) =>
    prepareInputs(fitted, gatherInputs(fitted, resident, indices, runtime), ALONE),
  );
  const program = runtime.compile('preview', specs, ([indices, classes, keys, step]) =>
    random.during(keys, step, () => {
      const [rows] = gatherInputs(fitted, resident, indices, runtime);
      const changed = augment(rows, classes);
      const [prepared] = prepareInputs(fitted, [changed.images], ALONE);
      return [changed.mask?.(prepared) ?? prepared, changed.labels];
    }),
  );
  const [original] = plain.run(inputs.slice(0, 1));
  const changed = steps.map((step) => program.run([...inputs, tf.scalar(step, 'int32')]));
  const values = [original, ...changed.map(([prepared]) => prepared)].map((tensor) => {
    return tf.slice(tensor, [0], [shown]).dataSync() as Float32Array;
  });
  const shares = changed.map(([, mixed]) => (mixed.rank === 2 ? (tf.slice(mixed, [0], [shown]).arraySync() as number[][]) : null)); // prettier-ignore
  tf.dispose([...inputs, ...resident, original, ...changed.flat()]);
  plain.dispose();
  program.dispose();
  return { ...drawnSound(values, dataset.inputs[0].shape, shown), shares };
}
