import type { Study, TestedRows } from '../../study/study.js';
import { counted } from '../../text/words.js';
import { variantNames } from '../variant-names.js';
import { type Figure, fileWord } from './figure.js';
import { type Panel, binaryPanels, labelPanels, numberPanels } from './row-panels.js';

/** How the best variants do on the test rows: curves and calibration of probabilities, residuals of numbers. */
export function testedRowFigures(study: Study): Figure[] {
  const tested = study.testedRows ?? [];
  const { short } = variantNames(study);
  return tested.flatMap((each, position) =>
    panelsOf(each).map((panel) => figureOf(panel, short(each.variant), position, tested)),
  );
}

function figureOf({ title, note, draw }: Panel, name: string, position: number, tested: readonly TestedRows[]): Figure {
  const { runs, seed } = tested[position];
  const which = runs === 1 ? '' : ` Of the run with seed ${seed}, one of ${counted(runs, 'run')}.`;
  return {
    name: `${fileWord(title)}-${position + 1}-${fileWord(name)}`,
    title: tested.length === 1 ? title : `${title}: ${name}`,
    caption: `${note[0].toUpperCase()}${note.slice(1)}.${which}`,
    alternative: `${title} on the test rows: ${note}.`,
    isCompact: true,
    draw: (width) => draw(width).svg,
  };
}

function panelsOf({ target }: TestedRows): Panel[] {
  switch (target.type) {
    case 'numbers':
      return target.columns.flatMap(({ name, truth, predicted }) => numberPanels(name, truth, predicted));
    case 'labels':
      return labelPanels(target.labels, target.truth, target.probabilities);
    case 'binary':
      return binaryPanels(target.classes, target.labels, target.probabilities);
  }
}
