import { titledMetric } from '../../text/metric-unit.js';
import * as Plot from '@observablehq/plot';
import type { Factor, FactorLevel, Study } from '../../study/study.js';
import type { Figure } from './figure.js';
import { levelLabels, shortKey } from '../../config/sweep/label.js';
import { numberText, shareText } from '../numbers.js';
import { pValueClause } from '../../text/digits.js';
import { ink } from './palette.js';
import { hasLevels } from '../tables.js';
import { drawRows, intervalMark } from './rows.js';
import { listed } from '../../text/words.js';

const MOST_FACTORS = 10;
const MOST_LEVELS = 12;

/** The mean score of each choice, and which choices matter. */
export function factorFigures(study: Study): Figure[] {
  const factors = severalFactors(study);
  const compared = factors.filter(hasLevels);
  return [...(compared.length > 0 ? [choices(study, compared)] : []), ...importanceFigures(study)];
}

/** Which choices matter. */
export function importanceFigures(study: Study): Figure[] {
  return importance(study, severalFactors(study));
}

/** One factor alone is what the variants show already. */
function severalFactors({ factors }: Study): Factor[] {
  const varied = factors
    .map(measured)
    .filter(({ levels }) => levels.length > 1)
    .slice(0, MOST_FACTORS);
  return varied.length < 2 ? [] : varied;
}

/** Without the levels of which no run has finished. */
function measured(factor: Factor): Factor {
  return { ...factor, levels: factor.levels.filter(({ mean }) => Number.isFinite(mean)) };
}

function choices({ metric }: Study, factors: readonly Factor[]): Figure {
  return {
    name: 'choices',
    title: `${metric.name} of each choice`,
    caption: 'The mean of all runs with a value, over all else that was varied, with its 95 % interval.',
    alternative: `Means of ${titledMetric(metric.name)} by choice: ${factors.map(told).join('; ')}.`,
    isCompact: false,
    draw: (width) => drawChoices(factors, titledMetric(metric.name), width),
  };
}

function told({ key, levels, pValue }: Factor): string {
  const labels = levelLabels(levels);
  const means = levels.map(({ mean }, i) => `${labels[i]} ${numberText(mean)}`);
  return `${key}: ${listed(means, MOST_LEVELS)}${pValue === null ? '' : ` (${pValueClause(pValue)})`}`;
}

function labelled(levels: readonly FactorLevel[]): { text: string; level: FactorLevel }[] {
  const labels = levelLabels(levels);
  return levels.map((level, i) => ({ text: labels[i], level }));
}

function drawChoices(factors: readonly Factor[], metric: string, width: number): string {
  const keys = factors.map(({ key }) => key);
  const lines = factors.flatMap(({ key, levels }): { text: string; level: FactorLevel | null }[] => [
    { text: shortKey(key, keys), level: null },
    ...labelled(levels).slice(0, MOST_LEVELS),
  ]);
  const points = lines.flatMap(({ text, level }, row) => (level === null ? [] : [pointOf(level, text, row)]));
  return drawRows({
    width,
    labels: lines.map(({ text, level }) => ({ text, isHeading: level === null })),
    x: { label: metric },
    marks: (dy) => [
      intervalMark(points, dy),
      Plot.dot(points, { y: 'row', x: 'mean', r: 5, fill: ink('series1'), title: 'title', dy }),
    ],
  }).svg;
}

function pointOf({ mean, interval, n }: FactorLevel, text: string, row: number) {
  const [lower, upper] = [interval?.lower ?? mean, interval?.upper ?? mean];
  const range = interval ? ` (${numberText(lower)} to ${numberText(upper)})` : '';
  return { row, mean, lower, upper, title: `${text}: mean ${numberText(mean)}${range}, n = ${n}` };
}

interface Share {
  name: string;
  share: number;
}

function importance({ factors, interactions, metric, noise }: Study, shownFactors: readonly Factor[]): Figure[] {
  if (shownFactors.length === 0) return [];
  const keys = factors.map(({ key }) => key);
  const factorName = (key: string) => shortKey(key, keys);
  const alone = shownFactors.map(({ key, importance }) => ({ name: factorName(key), share: importance }));
  const joint = interactions.map((one) => ({ name: one.factors.map(factorName).join(' × '), share: one.importance }));
  const shares = [...alone, ...joint].flatMap(({ name, share }): Share[] => (share === null ? [] : [{ name, share }]));
  if (shares.length === 0) return [];
  const shown = shares.sort((a, b) => b.share - a.share).slice(0, 12);
  return [
    {
      name: 'importance',
      title: 'What matters',
      caption: `The share of the variance of ${metric.name} that each choice explains, alone and jointly (×).${noise == null ? '' : ` ${shareText(noise)} is noise between seeds.`}`,
      alternative: `Importance: ${listed(
        shown.map(({ name, share }) => `${name} ${shareText(share)}`),
        12,
      )}.`,
      isCompact: false,
      draw: (width) => drawImportance(shown, width),
    },
  ];
}

function drawImportance(shares: readonly Share[], width: number): string {
  const rows = shares.map((one, row) => ({ ...one, row, text: shareText(one.share) }));
  return drawRows({
    width,
    labels: rows.map(({ name }) => ({ text: name })),
    x: {
      label: 'share of the variance',
      domain: [0, 1],
      insetRight: 44,
    },
    tickText: (share) => `${Math.round(100 * share)} %`,
    marks: (dy) => [
      Plot.barX(rows, { y: 'row', x: 'share', fill: ink('series1'), insetTop: dy === 0 ? 5 : 20, insetBottom: 5 }),
      Plot.text(rows, { y: 'row', x: 'share', text: 'text', textAnchor: 'start', dx: 6, dy, fill: ink('text') }),
    ],
  }).svg;
}
