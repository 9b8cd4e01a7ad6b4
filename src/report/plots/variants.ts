import * as Plot from '@observablehq/plot';
import { titledMetric } from '../../text/metric-unit.js';
import type { Study } from '../../study/study.js';
import type { Figure } from './figure.js';
import { numberText } from '../numbers.js';
import { ink } from './palette.js';
import { rankVariants, valueOf, type Ranked } from './ranking.js';
import { variantNames } from '../variant-names.js';
import { drawVariantRows, endsOf, intervalMark, type RowsOptions } from './rows.js';
import { counted, listed } from '../../text/words.js';

/** More lines than this are no picture any more. */
const MOST_ROWS = 40;

/** Each variant's runs, their mean and its interval. */
export function variantFigures(study: Study): Figure[] {
  const ranked = rankVariants(study);
  if (ranked.length === 0) return [];
  const shown = ranked.slice(0, MOST_ROWS);
  const untold = ranked.length - shown.length;
  const which = untold > 0 ? ` The best ${shown.length} of ${ranked.length}; the table has all.` : '';
  const strip = (study.farBehind ?? []).length > 0 ? ' What is far behind has a scale of its own.' : '';
  return [
    {
      name: 'variants',
      title: `${study.metric.name} of each variant`,
      caption: `A small circle is a run (a seed), a large one the mean of a variant, the line its 95 % interval (Student’s t). Best on top.${which}${strip}`,
      alternative: alternativeOf(study, ranked),
      isCompact: false,
      draw: (width) => draw(shown, study, width),
    },
  ];
}

function alternativeOf({ metric, variants }: Study, ranked: readonly Ranked[]): string {
  const { short } = variantNames({ variants });
  const told = ranked.map(({ variant, mean, interval, values }) => {
    const range = interval ? `, ${numberText(interval[0])} to ${numberText(interval[1])}` : '';
    return `${short(variant.name)} (mean ${numberText(mean)}${range}, ${counted(values.length, 'run')})`;
  });
  return `Means of ${titledMetric(metric.name)} with 95 % intervals, best first: ${listed(told, 8)}.`;
}

function draw(shown: readonly Ranked[], study: Study, width: number): string {
  const nameOf = ({ variant }: Ranked): string => variant.name;
  return drawVariantRows(shown, study, nameOf, (some) => stripOf(some, study, width)).svg;
}

function stripOf(shown: readonly Ranked[], study: Study, width: number): Omit<RowsOptions, 'heading' | 'labels'> {
  const metric = titledMetric(study.metric.name);
  const { short } = variantNames(study);
  const means = shown.map(({ variant, mean, interval, values }, row) => ({
    row,
    mean,
    ...endsOf(interval, mean),
    title: `${short(variant.name)}: mean ${numberText(mean)}${interval ? ` (${numberText(interval[0])} to ${numberText(interval[1])})` : ''}, n = ${values.length}`,
  }));
  const runs = shown.flatMap(({ variant }, row) =>
    variant.runs.flatMap((run) =>
      valueOf(run).map((value) => ({
        row,
        value,
        title: `${short(variant.name)}, seed ${run.seed}: ${numberText(value)}`,
      })),
    ),
  );
  const isConstant = shown.every(({ values }) => new Set(values).size === 1);
  return {
    width,
    x: { label: metric, ...(isConstant ? { inset: 20 } : {}) },
    tickText: isConstant ? numberText : undefined,
    marks: (dy) => [
      intervalMark(means, dy),
      Plot.dot(runs, { y: 'row', x: 'value', r: 3, fill: ink('surface'), stroke: ink('series1'), title: 'title', dy }),
      Plot.dot(means, { y: 'row', x: 'mean', r: 5, fill: ink('series1'), title: 'title', dy }),
    ],
  };
}
