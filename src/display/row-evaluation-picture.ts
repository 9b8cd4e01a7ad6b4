import { escapeUTF8 } from 'entities';
import { withLightColors } from '../report/plots/palette.js';
import type { Panel } from '../report/plots/row-panels.js';
import { svgFile } from '../report/plots/svg.js';

/** What a model's test on rows showed, as far as it is drawn. */
export interface DrawnModel {
  name: string;
  panels: Panel[];
}

/** Pixels. */
const WIDTH = 340;
const GAP = 28;
const TITLE = 44;
const FONT = 12;

/** Models side by side, what each showed below each other. */
export function rowEvaluationSvg(models: readonly DrawnModel[]): string {
  const columns = models.map(({ name, panels }, index) => drawColumn(name, panels, index * (WIDTH + GAP) + GAP / 2));
  const [width, height] = [models.length * (WIDTH + GAP), Math.max(...columns.map((column) => column.height)) + GAP];
  const parts = columns.map((column) => column.svg);
  return withLightColors(svgFile({ width, height, fontSize: FONT, color: '#1b1f24' }, parts));
}

function drawColumn(name: string, panels: readonly Panel[], left: number): { svg: string; height: number } {
  let top = 24;
  const parts = [`<text x="${left}" y="${top}" font-size="14" font-weight="600">${escapeUTF8(name)}</text>`];
  for (const { title, note, draw } of panels) {
    const drawing = draw(WIDTH);
    parts.push(
      `<text x="${left}" y="${top + 28}" font-weight="600">${escapeUTF8(title)}</text>`,
      `<text x="${left}" y="${top + TITLE}" fill="#57606a">${escapeUTF8(note)}</text>`,
      drawing.svg.replace('<svg ', `<svg x="${left}" y="${top + TITLE + 8}" `),
    );
    top += TITLE + 8 + drawing.height + 8;
  }
  return { svg: parts.join(''), height: top };
}
