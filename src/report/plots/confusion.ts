import { shareText } from '../numbers.js';
import * as Plot from '@observablehq/plot';
import type { ConfusionMatrix, Study } from '../../study/study.js';
import { fileWord, type Figure } from './figure.js';
import { ink } from './palette.js';
import { variantNames } from '../variant-names.js';
import { rankVariants } from './ranking.js';
import { drawPlot } from './svg.js';
import { counted, listed } from '../../text/words.js';
import { shortened } from './text.js';

const MOST_FIGURES = 3;
/** More classes than this are too small to be written into, or drawn at all. */
const MOST_WRITTEN = 12;
export const MOST_DRAWN = 100;
const MOST_NAMED = 20;
/** Room for the classes' names, in pixels. */
const MARGIN_LEFT = 74;

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

/** A confusion matrix by itself, its colours as `ink` names them. */
export function drawConfusion(matrix: ConfusionMatrix, width: number): string {
  const positions = matrix.classes.map((_, index) => index);
  const side = width - MARGIN_LEFT - 8;
  return drawPlot({
    width,
    height: side + 56,
    marginLeft: MARGIN_LEFT,
    marginRight: 8,
    marginTop: 46,
    marginBottom: 10,
    color: { type: 'identity' },
    opacity: { type: 'identity' },
    x: { type: 'band', domain: positions, label: null, padding: 0 },
    y: { type: 'band', domain: positions, label: null, padding: 0 },
    marks: [...axisMarks(matrix.classes, side), ...cellMarks(matrix)],
  }).svg;
}

/** The classes' names; of many classes, some. */
function axisMarks(classes: readonly string[], side: number): Plot.Markish[] {
  const every = Math.ceil(classes.length / MOST_NAMED);
  const ticks = [...classes.keys()].filter((index) => index % every === 0);
  const columnRoom = (side / classes.length) * every - 2;
  const className = (room: number) => (index: number) => shortened(classes[index], room);
  return [
    Plot.axisX(ticks, {
      anchor: 'top',
      tickSize: 0,
      text: className(columnRoom),
      label: 'prediction →',
      labelAnchor: 'right',
    }),
    Plot.axisY(ticks, { tickSize: 0, text: className(MARGIN_LEFT - 14), label: '↓ class', labelAnchor: 'top' }),
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
