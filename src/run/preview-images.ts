import * as tf from '@tensorflow/tfjs';
import type { Augmentation } from '../data/augmentation.js';
import type { Dataset, TargetColumn } from '../data/dataset.js';
import { IGNORED } from '../data/masks/mask.js';
import { overlaid } from '../data/masks/overlay.js';
import { selectValues, valuesOf } from '../data/rows.js';
import type { Preview } from '../protocol/job.js';
import type { SourceSeeds } from '../random.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { StepRandom } from '../tensorflow/step-random.js';

/** What a preview is made of. */
interface Source {
  dataset: Dataset;
  /** Which of its inputs is augmented. */
  input: number;
  augment: Augmentation;
  /** The rows of a whole batch: what is drawn for an image depends on its size. */
  batch: Int32Array;
  random: StepRandom;
  seeds: SourceSeeds;
}

/** Images, and what belongs to each. */
interface Row {
  /** [shown, height, width, channels] */
  pixels: Uint8Array;
  /** Of masks: [shown, height, width]. */
  masks?: Int32Array;
  /** Of each image, each class's share, where images are mixed. */
  shares?: number[][];
}

/** The first images of a batch as they are and as each step changes them, with their masks. */
export function imageRows(
  runtime: Runtime,
  source: Source,
  { shown, steps }: { shown: number; steps: readonly number[] },
): Preview {
  const { dataset, input, batch } = source;
  const [height, width, channels] = dataset.inputs[input].shape;
  const first = batch.subarray(0, shown);
  const { train, target } = dataset;
  const masks = target.type === 'mask' ? { masks: masksOf(dataset, first) } : {};
  const rows: Row[] = [
    { pixels: imagesOf(dataset, input, first), ...masks },
    ...changedRows(runtime, source, { shown, steps }),
  ];
  const own = Array.from(first, (row) => labelOf(target, train.target, row));
  const size = { height, width, channels };
  return {
    ...{ columns: shown, rows: rows.length, ...size, channels: target.type === 'mask' ? 3 : channels },
    pixels: Buffer.concat(rows.map((row) => drawn(row, size))),
    labels: rows.flatMap((row) => labelsOf(row, own, target)),
  };
}

function drawn({ pixels, masks }: Row, size: { height: number; width: number; channels: number }): Uint8Array {
  if (!masks) return pixels;
  const area = size.height * size.width;
  const images = Array.from({ length: masks.length / area }, (_, index) => ({
    image: pixels.subarray(index * area * size.channels, (index + 1) * area * size.channels),
    mask: masks.subarray(index * area, (index + 1) * area),
  }));
  return Buffer.concat(images.map((each) => overlaid({ ...size, ...each })));
}

function labelsOf({ masks, shares }: Row, own: string[], { classes }: TargetColumn): string[] {
  if (shares) return shares.map((row) => mixed(row, classes));
  if (!masks) return own;
  const area = masks.length / own.length;
  return own.map((_, index) => areasOf(masks.subarray(index * area, (index + 1) * area), classes));
}

/** `nucleus: 14 %` of the pixels; the first class, and what is ignored, are what is left. */
function areasOf(mask: Int32Array, classes: readonly string[]): string {
  const counts = new Int32Array(IGNORED + 1);
  for (const value of mask) counts[value]++;
  const told = [...classes.keys()]
    .filter((value) => value > 0 && counts[value] > 0)
    .sort((a, b) => counts[b] - counts[a]);
  const areas = told.map((value) => `${classes[value]}: ${Math.round((100 * counts[value]) / mask.length)} %`);
  return areas.length === 0 ? classes[0] : areas.join(', ');
}

/** `cat: 70 %, dog: 30 %`; `cat` of an image of one class. */
export function mixed(shares: readonly number[], classes: readonly string[]): string {
  const parts = [...shares.keys()]
    .filter((index) => shares[index] >= LEAST_SHARE)
    .sort((a, b) => shares[b] - shares[a]);
  if (parts.length === 1) return classes[parts[0]];
  return parts.map((index) => `${classes[index]}: ${Math.round(100 * shares[index])} %`).join(', ');
}

/** Less of a class isn't seen. */
const LEAST_SHARE = 0.005;

function labelOf({ type, classes, columns }: TargetColumn, values: Dataset['train']['target'], row: number): string {
  if (type === 'category' || type === 'binary') return classes[values[row]];
  return type === 'number' && !columns ? String(values[row]) : '';
}

function imagesOf({ train }: Dataset, input: number, rows: Int32Array): Uint8Array {
  return selectValues(train.inputs[input], train.count, rows) as Uint8Array;
}

function masksOf({ train: { target, count } }: Dataset, rows: Int32Array): Int32Array {
  return Int32Array.from(valuesOf(target, rows, target.length / count));
}

/** Classes are mixed, masks moved; what else is predicted stays as it is. */
function targetTensor({ target: { type, shape }, train }: Dataset, rows: Int32Array, masks: Int32Array): tf.Tensor {
  if (type === 'mask') return tf.tensor(masks, [rows.length, ...(shape ?? [])], 'int32');
  const labels = Int32Array.from(rows, (row) => (type === 'category' ? train.target[row] : 0));
  return tf.tensor1d(labels, 'int32');
}

/** The first images of the batch as each step changes them. */
function changedRows(
  runtime: Runtime,
  { dataset, input, augment, batch, random, seeds }: Source,
  { shown, steps }: { shown: number; steps: readonly number[] },
): Row[] {
  const isMask = dataset.target.type === 'mask';
  const shape = [batch.length, ...dataset.inputs[input].shape];
  const inputs = [
    tf.tensor(Float32Array.from(imagesOf(dataset, input, batch)), shape),
    targetTensor(dataset, batch, isMask ? masksOf(dataset, batch) : new Int32Array()),
    tf.tensor1d(random.seeds(seeds), 'int32'),
  ];
  const specs = [...inputs, tf.scalar(0, 'int32')].map(({ shape: of, dtype }) => ({ shape: of, dtype: dtype as 'float32' | 'int32' })); // prettier-ignore
  const program = runtime.compile('preview', specs, ([images, labels, keys, step]) =>
    random.during(keys, step, () => {
      const changed = augment(images, labels);
      return [changed.images, changed.labels];
    }),
  );
  const rows: Row[] = [];
  tf.tidy(() => {
    for (const step of steps) {
      const [images, labels] = program.run([...inputs, tf.scalar(step, 'int32')]);
      const pixels = new Uint8Array(Uint8ClampedArray.from(tf.slice(images, [0], [shown]).dataSync()).buffer);
      const targets = tf.slice(labels, [0], [shown]);
      if (isMask) rows.push({ pixels, masks: targets.dataSync() as Int32Array });
      else rows.push(labels.rank === 2 ? { pixels, shares: targets.arraySync() as number[][] } : { pixels });
    }
    tf.dispose(inputs);
    program.dispose();
  });
  return rows;
}
