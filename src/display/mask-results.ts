import type { Interval } from '../analysis/statistics/intervals.js';
import type { TableModel } from '../inference/table-model.js';
import type { ClassOverlap } from '../metrics/segmentation.js';
import { colors as pc } from '../text/visible.js';
import { counted } from '../text/words.js';
import { count, percent } from './format.js';
import { formatTable } from './tables/table.js';
import { factLines } from './wrapped.js';

/** A model of masks and what its test showed. */
export interface EvaluatedMasks {
  model: TableModel;
  digest: string;
  /** Of each image. */
  images: readonly { row: number; dice: number; classes: readonly number[] }[];
  scores: { dice: number; mean_iou: number; pixel_accuracy: number };
  /** Of Dice, over the images: the bootstrap's, 95 %. */
  interval: Interval | null;
  /** Of each class, in the target's order. */
  overlaps: readonly ClassOverlap[];
}

/** What the tests of models of masks showed. @param listed how many images, the worst first */
export function masksText(evaluated: readonly EvaluatedMasks[], listed: number): string {
  return evaluated.map((each) => [summary(each), classTable(each), worstTable(each, listed)].join('\n')).join('\n');
}

function summary({ model, images, scores, interval }: EvaluatedMasks): string {
  const [from, to] = interval ?? [NaN, NaN];
  const sure = interval ? `, 95 % interval over the images ${percent(from)} to ${percent(to)}` : '';
  const facts: [string, string][] = [
    ['Dice', `${percent(scores.dice)}  the mean over ${counted(images.length, 'test image')}${sure}`],
    ['mean IoU', `${percent(scores.mean_iou)}  of all pixels together`],
    ['pixels that are right', percent(scores.pixel_accuracy)],
  ];
  return `${pc.bold(model.name)}\n${factLines(facts)}`;
}

function classTable({ model, overlaps }: EvaluatedMasks): string {
  const right = ['IMAGES', 'DICE', 'IOU', 'PRECISION', 'RECALL'].map((title) => ({ title, align: 'right' as const }));
  const cells = overlaps.map(({ images, dice, iou, precision, recall }, index) => [
    model.classes[index],
    count(images),
    ...[dice, iou, precision, recall].map(shareText),
  ]);
  return formatTable([{ title: 'CLASS' }, ...right], cells);
}

function worstTable({ model, images }: EvaluatedMasks, listed: number): string {
  const right = { align: 'right' as const };
  const worst = worstFirst(images).slice(0, listed);
  const cells = worst.map(({ row, dice, classes }) => [String(row), percent(dice), ...classes.map(shareText)]);
  const columns = ['TEST ROW', 'DICE', ...model.classes.map((name) => `${name} DICE`)];
  const title = pc.dim(`the worst of ${counted(images.length, 'image')}\n`);
  return `${title}${formatTable(
    columns.map((each) => ({ title: each, ...right })),
    cells,
  )}`;
}

const worstFirst = (images: EvaluatedMasks['images']): EvaluatedMasks['images'] =>
  images.toSorted((one, other) => one.dice - other.dice || one.row - other.row);

/** Of a class that occurs nowhere there is none. */
const shareText = (value: number): string => (isNaN(value) ? '' : percent(value));

/** The same as one JSON document, null where a class occurs nowhere. */
export function masksJson(evaluated: readonly EvaluatedMasks[], listed: number): string {
  const runs = evaluated.map(({ model, digest, images, scores, interval, overlaps }) => ({
    ...{ run: model.name, dataset_digest: digest, target: model.target.column.name, rows: images.length },
    ...{ ...scores, dice_interval: interval },
    classes: overlaps.map((scoresOfClass, index) => ({ class: model.classes[index], ...scoresOfClass })),
    worst: worstFirst(images)
      .slice(0, listed)
      .map(({ row, dice, classes }) => {
        return { row, dice, classes: Object.fromEntries(classes.map((each, index) => [model.classes[index], each])) };
      }),
  }));
  // What is not a number has no word in JSON, and becomes null.
  return `${JSON.stringify({ runs }, undefined, 2)}\n`;
}
