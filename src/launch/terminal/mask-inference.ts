import { encode } from 'fast-png';
import { basename, extname, join } from 'node:path';
import { bootstrapInterval } from '../../analysis/statistics/intervals.js';
import type { EvaluatedMasks } from '../../display/mask-results.js';
import { sayWritten, writeOutput } from '../../display/write-output.js';
import type { TableModel } from '../../inference/table-model.js';
import type { PredictedRows, TestedRows } from '../../inference/tasks.js';
import {
  classOverlaps,
  countMasks,
  diceOf,
  diceOfImages,
  firstForeground,
  meanDice,
  meanIou,
  pixelAccuracy,
} from '../../metrics/segmentation.js';
import { counted } from '../../text/words.js';

/** What a test of a model of masks showed. */
export function evaluatedMasks(model: TableModel, { digest, count, truth, outputs }: TestedRows): EvaluatedMasks {
  const { length: classes } = model.classes;
  const first = firstForeground(model.classes);
  const counts = countMasks(outputs, truth, { images: count, classes });
  const dice = [...diceOfImages(counts, classes, first)];
  return {
    model,
    digest,
    images: dice.map((each, row) => ({ row, dice: each, classes: [...diceOf(counts, classes, row)] })),
    scores: {
      dice: meanDice(counts, classes, first),
      mean_iou: meanIou(counts, classes),
      pixel_accuracy: pixelAccuracy(counts, classes),
    },
    interval: bootstrapInterval(dice),
    overlaps: classOverlaps(counts, classes),
  };
}

/**
 * Writes the masks of a table's rows as PNG: each pixel the number of its class, in the size that the model takes.
 * @param folder `TABLE-ROW.png`, rows counted from 1
 * @throws UserError `output-not-writable`
 */
export async function writeMasks(
  { target: { column } }: TableModel,
  table: string,
  { count, outputs }: PredictedRows,
  folder: string,
): Promise<void> {
  const [height, width] = column.shape ?? [0, 0];
  const name = basename(table, extname(table));
  for (let row = 0; row < count; row++) {
    const data = Uint8Array.from(outputs.subarray(row * height * width, (row + 1) * height * width));
    const png = encode({ width, height, channels: 1, depth: 8, data });
    await writeOutput(join(folder, `${name}-${row + 1}.png`), png, '--masks');
  }
  sayWritten(`${counted(count, 'mask')} to ${folder}`);
}
