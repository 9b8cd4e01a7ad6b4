import { shareText } from '../numbers.js';
import * as Plot from '@observablehq/plot';
import type { ConfusionMatrix, Study } from '../../study/study.js';
import { fileWord, type Figure } from './figure.js';
import { ink } from './palette.js';
import { variantNames } from '../variant-names.js';
import { rankVariants } from './ranking.js';
import { drawPlot } from './svg.js';
import { counted, listed } from '../../text/words.js';
import { shortened, textWidth } from '../../text/drawn.js';

const MOST_FIGURES = 3;
/** More classes than this are too small to be written into, or drawn at all. */
const MOST_WRITTEN = 12;
export const MOST_DRAWN = 100;
const MOST_NAMED = 20;
/** Room for the classes' names, in pixels; no more of a picture's width than a share. */
const LEAST_ROOM = 60;
const MOST_ROOM = 0.28;

interface Cell {
  truth: number;
  prediction: number;
  count: number;
  /** Of the class's images. */
  share: number;
}

/** Which classes the best variants take for which. */
export function confusionFigures(study: Study): Figure[] {
  const best = new Set(study.answer?.best ?? []);
  const ranked = rankVariants(study).map(({ variant }) => variant);
  const chosen = ranked.filter(({ name }, position) => position === 0 || best.has(name)).slice(0, MOST_FIGURES);
  return chosen.flatMap(({ name, confusion, runs }, position) => {
    if (confusion === null || confusion.classes.length > MOST_DRAWN) return [];
    const tested = runs.filter(({ status }) => status === 'FINISHED').length;
    return [figureOf(variantNames(study).short(name), confusion, { position, tested })];
  });
}

function figureOf(
  name: string,
  matrix: ConfusionMatrix,
  { position, tested }: { position: number; tested: number },
): Figure {
  const errors = cellsOf(matrix)
    .filter(({ truth, prediction, count }) => truth !== prediction && count > 0)
    .sort((a, b) => b.count - a.count);
  const told = errors.slice(0, 5).map(({ truth, prediction, count }) => {
    return `${matrix.classes[truth]} for ${matrix.classes[prediction]} (${counted(count, 'image')})`;
  });
  return {
    name: `confusion-${position + 1}-${fileWord(name)}`,
    title: `What ${name} takes for what`,
    caption: `Test images by class (row) and prediction (column), ${tested === 1 ? 'one run' : `mean of ${tested} runs`}. The stronger the colour, the larger the share of the class.`,
    alternative: told.length === 0 ? 'No test image is taken for another class.' : `Taken most often: ${listed(told)}.`,
    isCompact: true,
    draw: (width) => drawConfusion(matrix, width),
  };
}

function cellsOf({ counts }: ConfusionMatrix): Cell[] {
  return counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, prediction) => ({ truth, prediction, count, share: total === 0 ? 0 : count / total }));
  });
}

/** Where the classes' names stand. */
interface NameRoom {
  /** Beside rows, in pixels. */
  left: number;
  /** Above columns, in pixels. */
  above: number;
  /** Of a column's name. */
  length: number;
  /** Whether the names of columns stand upright, as they have no room across. */
  isUpright: boolean;
}

/** A confusion matrix by itself, its colours as `ink` names them. */
export function drawConfusion(matrix: ConfusionMatrix, width: number): string {
  const positions = matrix.classes.map((_, index) => index);
  const room = roomOf(matrix.classes, width);
  const [marginLeft, marginTop] = [room.left + 14, room.above + 32];
  const side = width - marginLeft - 8;
  return drawPlot({
    width,
    height: side + marginTop + 10,
    marginLeft,
    marginRight: 8,
    marginTop,
    marginBottom: 10,
    color: { type: 'identity' },
    opacity: { type: 'identity' },
    x: { type: 'band', domain: positions, label: null, padding: 0 },
    y: { type: 'band', domain: positions, label: null, padding: 0 },
    marks: [...axisMarks(matrix.classes, room), ...cellMarks(matrix)],
  }).svg;
}

function roomOf(classes: readonly string[], width: number): NameRoom {
  const most = MOST_ROOM * width;
  const longest = Math.min(most, Math.max(...namedOf(classes).map((index) => textWidth(classes[index]))));
  const left = Math.max(LEAST_ROOM, longest);
  const across = ((width - left - 22) / classes.length) * everyOf(classes) - 2;
  const isUpright = longest > across;
  return { left, isUpright, above: isUpright ? longest : 14, length: isUpright ? longest : across };
}

function everyOf(classes: readonly string[]): number {
  return Math.ceil(classes.length / MOST_NAMED);
}

/** The classes whose names are written: of many, some. */
function namedOf(classes: readonly string[]): number[] {
  return [...classes.keys()].filter((index) => index % everyOf(classes) === 0);
}

function axisMarks(classes: readonly string[], { left, above, length, isUpright }: NameRoom): Plot.Markish[] {
  const ticks = namedOf(classes);
  const className = (room: number) => (index: number) => shortened(classes[index], room);
  return [
    Plot.axisX(ticks, {
      anchor: 'top',
      tickSize: 0,
      text: className(length),
      ...(isUpright ? { tickRotate: -90 } : {}),
      label: 'prediction →',
      labelAnchor: 'right',
      labelOffset: above + 28,
    }),
    Plot.axisY(ticks, { tickSize: 0, text: className(left), label: '↓ class', labelAnchor: 'top' }),
  ];
}

function cellMarks(matrix: ConfusionMatrix): Plot.Markish[] {
  const { classes } = matrix;
  const cells = cellsOf(matrix);
  const right = cells.filter(({ truth, prediction }) => truth === prediction);
  const wrong = cells.filter(({ truth, prediction, count }) => truth !== prediction && count > 0);
  const largest = Math.max(...wrong.map(({ share }) => share));
  const isWritten = classes.length <= MOST_WRITTEN;
  const written = isWritten ? cells.filter(({ count }) => count >= 0.5) : [];
  const title = ({ truth, prediction, count, share }: Cell) =>
    `${classes[truth]} taken for ${classes[prediction]}: ${counted(count, 'image')}, ${shareText(share)} of the class`;
  const place = { x: 'prediction', y: 'truth', title } as const;
  const square = { ...place, inset: isWritten ? 1 : 0 };
  // Weak enough that what is written on it can be read by day and by night.
  const opacity = ({ share }: Cell) => 0.04 + 0.5 * Math.sqrt(share / largest);
  return [
    Plot.cell(right, { ...square, fill: ink('series1'), fillOpacity: 0.16 }),
    Plot.cell(wrong, { ...square, fill: ink('error'), fillOpacity: opacity }),
    Plot.text(written, {
      ...place,
      text: ({ count }: Cell) => String(Math.round(count)),
      fill: ink('text'),
      fontSize: classes.length > 8 ? 10 : 12,
    }),
  ];
}
