import * as Plot from '@observablehq/plot';
import type { Study } from '../../study/study.js';
import type { Figure } from './figure.js';
import { numberText } from '../numbers.js';
import { ink } from './palette.js';
import { rankVariants, valueOf, type Ranked } from './ranking.js';
import { drawRows } from './rows.js';
import { listed } from '../../analysis/listed.js';

/** More lines than this are no picture any more. */
const MOST_ROWS = 40;

/** Each variant's runs, their mean and its interval. */
export function variantFigures(study: Study): Figure[] {
  const ranked = rankVariants(study);
  if (ranked.length === 0) return [];
  const shown = ranked.slice(0, MOST_ROWS);
  const untold = ranked.length - shown.length;
  const which = untold > 0 ? ` The best ${shown.length} of ${ranked.length}; the table has all.` : '';
  return [
    {
      name: 'variants',
      title: `${study.metric.name} of each variant`,
      caption: `A small circle is a run (a seed), a large one the mean of a variant, the line its 95 % interval (Student’s t). Best on top.${which}`,
      alternative: alternativeOf(study, ranked),
      isCompact: false,
      draw: (width) => draw(shown, study.metric.name, width),
    },
  ];
}

function alternativeOf({ metric }: Study, ranked: readonly Ranked[]): string {
  const told = ranked.map(({ variant, mean, interval, values }) => {
    const range = interval ? `, ${numberText(interval[0])} to ${numberText(interval[1])}` : '';
    return `${variant.name} (mean ${numberText(mean)}${range}, ${values.length} ${values.length === 1 ? 'run' : 'runs'})`;
  });
  return `Means of ${metric.name} with 95 % intervals, best first: ${listed(told, 8)}.`;
}

function draw(shown: readonly Ranked[], metric: string, width: number): string {
  const means = shown.map(({ variant, mean, interval, values }, row) => ({
    row,
    mean,
    lower: interval?.[0] ?? mean,
    upper: interval?.[1] ?? mean,
    title: `${variant.name}: mean ${numberText(mean)}${interval ? ` (${numberText(interval[0])} to ${numberText(interval[1])})` : ''}, n = ${values.length}`,
  }));
  const runs = shown.flatMap(({ variant }, row) =>
    variant.runs.flatMap((run) =>
      valueOf(run).map((value) => ({
        row,
        value,
        title: `${variant.name}, seed ${run.seed}: ${numberText(value)}`,
      })),
    ),
  );
  const x = { label: metric, ...(shown.every(({ values }) => new Set(values).size === 1) ? { inset: 20 } : {}) };
  return drawRows({
    width,
    labels: shown.map(({ variant }) => ({ text: variant.name })),
    x,
    marks: (dy) => [
      Plot.ruleY(means, { y: 'row', x1: 'lower', x2: 'upper', stroke: ink('series1'), strokeWidth: 2.5, dy }),
      Plot.dot(runs, { y: 'row', x: 'value', r: 3, fill: ink('surface'), stroke: ink('series1'), title: 'title', dy }),
      Plot.dot(means, { y: 'row', x: 'mean', r: 5, fill: ink('series1'), title: 'title', dy }),
    ],
  }).svg;
}
