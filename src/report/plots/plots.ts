import { escapeUTF8 } from 'entities';
import type { AcrossStudy, Study } from '../../study/study.js';
import { acrossFigures } from './across.js';
import { inUnits } from '../in-units.js';
import { chanceFigures } from './chance.js';
import { confusionFigures } from './confusion.js';
import { costFigures } from './cost.js';
import { differenceFigures } from './differences.js';
import { factorFigures, importanceFigures } from './factors.js';
import { fileWord, WIDTHS, type Figure } from './figure.js';
import { interactionFigures } from './interactions.js';
import { learningCurveFigures } from './learning-curves.js';
import { visible } from '../../text/visible.js';
import { PALETTE, withLightColors } from './palette.js';
import { parallelCoordinateFigures } from './parallel-coordinates.js';
import { noteOnFarBehind, withoutFarBehind } from '../far-behind.js';
import { isOfOneRunEach } from '../search.js';
import { searchFigures } from './search.js';
import { sizeOf } from './svg.js';
import { testedRowFigures } from './tested-rows.js';
import { variantFigures } from './variants.js';

/** A picture of its own. */
export interface RenderedPlot {
  /** Its file's name, without an extension. */
  name: string;
  /** Complete, on white. */
  svg: string;
  /** What it shows, in words. */
  alternative: string;
}

/** The figures of a study as it is told (`inUnits`), by the part of the report that they belong to; those that it has nothing for are left out. */
export function figuresOf(study: Study) {
  const { across } = study;
  if (across) return { ...NONE, variants: acrossFigures(study), datasets: across.studies.flatMap(datasetFigures) };
  const others = withoutFarBehind(study);
  const note = noteOnFarBehind(study);
  const noted = (figures: readonly Figure[]) =>
    figures.map((figure) => ({ ...figure, caption: `${figure.caption}${note}` }));
  return {
    chance: chanceFigures(study),
    variants: seedFigures(study),
    datasets: [],
    curves: noted(learningCurveFigures(others)),
    choices: noted([
      ...choiceFigures(study, others),
      ...interactionFigures(others),
      ...parallelCoordinateFigures(others),
    ]),
    cost: noted(costFigures(others)),
    errors: [...confusionFigures(study), ...testedRowFigures(study)],
  };
}

/** Over several datasets there are no seeds, levels or epochs in common. */
const NONE = { chance: [], curves: [], choices: [], cost: [], errors: [] };

/** How the variants do on one of several datasets. */
function datasetFigures({ dataset, study }: AcrossStudy['studies'][number]): Figure[] {
  return seedFigures(study).map((figure) => ({
    ...figure,
    name: `${fileWord(dataset)}-${figure.name}`,
    title: `${dataset}: ${figure.title}`,
  }));
}

function seedFigures(study: Study): Figure[] {
  return isOfOneRunEach(study) ? [] : [...variantFigures(study), ...differenceFigures(study)];
}

/** Of values that a search has drawn each is a point: there are no levels to compare. */
function choiceFigures(study: Study, others: Study): Figure[] {
  const drawn = searchFigures(study, others);
  return [...drawn, ...(study.search ? importanceFigures(others) : factorFigures(others))];
}

/** Every plot of a study as an SVG picture that stands alone. */
export function renderPlots(study: Study): RenderedPlot[] {
  return Object.values(figuresOf(inUnits(study)))
    .flat()
    .map(renderPlot);
}

function renderPlot(figure: Figure): RenderedPlot {
  const { name, title, alternative } = figure;
  const drawn = withLightColors(figure.draw(figure.isCompact ? WIDTHS.half : WIDTHS.page));
  const { width, height } = sizeOf(drawn);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -56 ${width + 40} ${height + 76}" width="${width + 40}" height="${height + 76}" `,
    `role="img" aria-label="${escapeUTF8(`${title}. ${alternative}`)}" color="${PALETTE.text.light}" font-family="system-ui, sans-serif">`,
    `<rect x="-20" y="-56" width="100%" height="100%" fill="${PALETTE.surface.light}"/>`,
    `<text y="-26" font-size="15" font-weight="600" fill="currentColor">${escapeUTF8(title)}</text>`,
    drawn,
    '</svg>\n',
  ];
  // XML knows no control characters, which names may hold.
  return { name, svg: visible(svg.join('')), alternative };
}
