import * as tf from '@tensorflow/tfjs';
import type { ImageInput, MaskTarget } from '../../config/schema/experiment.generated.js';
import { firstForeground, meanDice, meanIou, pixelAccuracy } from '../../metrics/segmentation.js';
import type { TargetColumn } from '../dataset.js';
import { isImageCell } from '../images/table-images.js';
import { IGNORED } from '../masks/mask.js';
import { openMasks } from '../masks/table-masks.js';
import { filesOfCells } from '../tables/file-cells.js';
import { invalidTable } from '../tables/table-error.js';
import { emptyTarget } from './category.js';
import { type TargetKind, UNSCALED, theTarget } from './target-kind.js';

/** The class of each pixel of an image; as many outputs at each pixel as there are classes. */
export const maskTarget: TargetKind = {
  read(targets, _, inputs) {
    const [name, config] = theTarget(targets);
    const { classes, values, ignore_class, colors, ignore_color } = config as MaskTarget;
    const coding = { classes, values, ignore_class, colors, ignore_color };
    const [image, size] = imageOf(inputs);
    // Of masks that lie in the table itself nothing is kept: they are read once more.
    const names: (string | undefined)[] = [];
    const [height, width] = typeof size === 'number' ? [size, size] : size;
    const target: TargetColumn = { name, type: 'mask', classes, shape: [height, width] };
    return {
      columns: [
        {
          name,
          reader: {
            add: (cell, place) => {
              if (cell === null) throw emptyTarget(place(), name);
              if (!isImageCell(cell)) throw noMask(place());
              names.push(typeof cell === 'string' ? cell : undefined);
            },
          },
        },
      ],
      finish: () => ({
        target,
        values: (rows, table) => {
          const files = filesOfCells(names, table);
          const format = { height, width, coding, image };
          return { files, load: (options) => openMasks({ name, rows, files, table }, format, options) };
        },
      }),
    };
  },
  areClasses: ({ length }) => length > 1 && length < IGNORED + 1,
  outputs: ({ classes }) => classes.length,
  // Rows are drawn before masks are read.
  strata: (values, column) => new Int32Array(values.length / pixelsOf(column)),
  fit: () => UNSCALED,
  makeResident: (values, { column }, runtime) => {
    const [height, width] = shapeOf(column);
    return runtime.imageBytes(values as Uint8Array, [values.length / (height * width), height, width]);
  },
  gather: (resident, indices, runtime) => tf.cast(runtime.gatherImages(resident, indices), 'int32'),
  toOutputs: (values, outputs, smoothing) =>
    tf.oneHot(values, outputs, 1 - smoothing + smoothing / outputs, smoothing / outputs, 'float32'),
  progressMetric: 'dice',
  progress(outputs, values, { column: { classes } }) {
    const [right, predicted, real] = tf.unstack(maskCounts(outputs, values), 1);
    const first = firstForeground(classes);
    const pixels = tf.slice(tf.add(predicted, real), [0, first], [-1, classes.length - first]);
    const dice = tf.divNoNan(tf.mul(tf.slice(right, [0, first], [-1, classes.length - first]), 2), pixels);
    const present = tf.sum(tf.cast(tf.greater(pixels, 0), 'float32'), 1);
    const isEmpty = tf.equal(present, 0);
    return tf.sum(tf.where(isEmpty, tf.onesLike(present), tf.divNoNan(tf.sum(dice, 1), present)));
  },
  condense: maskCounts,
  measure(wanted, counts, _, { column: { classes } }) {
    const known: Record<string, () => number> = {
      mean_iou: () => meanIou(counts, classes.length),
      pixel_accuracy: () => pixelAccuracy(counts, classes.length),
    };
    const asked = wanted.filter((metric) => Object.hasOwn(known, metric)).map((metric) => [metric, known[metric]()]);
    const dice = meanDice(counts, classes.length, firstForeground(classes));
    return { dice, ...(Object.fromEntries(asked) as Record<string, number>) };
  },
};

/** Pixels of each class that are right, predicted and true, those that don't count left out: float32 [batch, 3, classes]. */
export function maskCounts(outputs: tf.Tensor, values: tf.Tensor): tf.Tensor {
  const classes = outputs.shape[outputs.rank - 1];
  // No class has the number of a pixel that doesn't count.
  const real = tf.oneHot(tf.cast(values, 'int32'), classes, 1, 0, 'float32');
  const counted = tf.sum(real, -1, true);
  const predicted = tf.mul(tf.oneHot(tf.argMax(outputs, -1), classes, 1, 0, 'float32'), counted);
  const parts = [tf.mul(real, predicted), predicted, real].map((part) => tf.sum(part, [1, 2]));
  return tf.stack(parts, 1);
}

/** The input of images, of which there is one, and its size. */
function imageOf(inputs: Parameters<TargetKind['read']>[2]): [name: string, size: ImageInput['image_size']] {
  const image = Object.entries(inputs).find(([, { type }]) => type === 'image');
  if (!image) throw new Error('internal: a mask without an image');
  return [image[0], (image[1] as ImageInput).image_size];
}

function shapeOf({ shape }: TargetColumn): readonly [number, number] {
  if (!shape) throw new Error('internal: a mask without its size');
  return shape;
}

function pixelsOf(column: TargetColumn): number {
  const [height, width] = shapeOf(column);
  return height * width;
}

function noMask(place: string): Error {
  return invalidTable(place, 'expected a mask, or the name of its file', 'remove rows without a mask');
}
