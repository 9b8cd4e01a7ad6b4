import * as tf from '@tensorflow/tfjs';
import type { ImageInput, MaskTarget } from '../../config/schema/experiment.generated.js';
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
    const { classes, values, ignore_class } = config as MaskTarget;
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
          const format = { height, width, coding: { classes, values, ignore_class }, image };
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
  progressMetric: 'accuracy',
  progress: (outputs, values) => {
    const counts = tf.cast(tf.notEqual(values, tf.scalar(IGNORED, 'int32')), 'float32');
    const isRight = tf.cast(tf.equal(tf.argMax(outputs, -1), values), 'float32');
    return tf.sum(tf.divNoNan(tf.sum(isRight, [1, 2]), tf.sum(counts, [1, 2])));
  },
  measure: (_, outputs, values, { column }) => ({
    accuracy: pixelAccuracy(outputs, values as Uint8Array, column.classes.length),
  }),
};

/** The input of images, of which there is one, and its size. */
function imageOf(inputs: Parameters<TargetKind['read']>[2]): [name: string, size: ImageInput['image_size']] {
  const image = Object.entries(inputs).find(([, { type }]) => type === 'image');
  if (!image) throw new Error('internal: a mask without an image');
  return [image[0], (image[1] as ImageInput).image_size];
}

/** Of all pixels that count, the part whose most probable class is the true one. */
function pixelAccuracy(outputs: Float32Array, values: Uint8Array, classes: number): number {
  let [right, all] = [0, 0];
  values.forEach((value, pixel) => {
    if (value === IGNORED) return;
    all++;
    const own = outputs[pixel * classes + value];
    const isGreatest = (_: unknown, other: number): boolean => outputs[pixel * classes + other] <= own;
    if (Array.from({ length: classes }).every(isGreatest)) right++;
  });
  return all === 0 ? NaN : right / all;
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
