import { titledMetric } from '../../text/metric-unit.js';
import * as Plot from '@observablehq/plot';
import type { Factor, Interaction, Study } from '../../study/study.js';
import { fileWord, type Figure } from './figure.js';
import { levelLabels, shortKey } from '../../config/sweep/label.js';
import { numberText, shareText } from '../numbers.js';
import { pValueClause } from '../../text/digits.js';
import { ink, STROKES } from './palette.js';
import { drawPlot, withLegend } from './svg.js';
import { shortened } from '../../text/drawn.js';

const MOST_FIGURES = 6;

/** A pair of factors, with their levels in words. */
interface Pair extends Interaction {
  names: [string, string];
  levels: [string[], string[]];
}

/** Whether one choice depends on another: for parallel lines it doesn't. */
export function interactionFigures({ factors, interactions, metric }: Study): Figure[] {
  const pairs = interactions.flatMap((interaction) => pairOf(interaction, factors));
  const byImportance = pairs.toSorted((a, b) => (b.importance ?? 0) - (a.importance ?? 0));
  return byImportance
    .slice(0, MOST_FIGURES)
    .map((pair, position) => figureOf(pair, position, titledMetric(metric.name)));
}

/** The factor with fewer levels makes the lines, as far as there are strokes for them. */
function pairOf(interaction: Interaction, factors: readonly Factor[]): Pair[] {
  const keys = factors.map(({ key }) => key);
  const [first, second] = interaction.factors.map((key) => factors.find((factor) => factor.key === key));
  const isMeasured = interaction.means.flat().every(Number.isFinite);
  if (first === undefined || second === undefined || !isMeasured) return [];
  const isTurned = second.levels.length < first.levels.length;
  const [lines, along] = isTurned ? [second, first] : [first, second];
  if (lines.levels.length > STROKES.length) return [];
  const textsOf = ({ levels }: Factor) => levelLabels(levels);
  const means = isTurned ? transposed(interaction.means) : interaction.means;
  return [
    {
      ...interaction,
      means,
      names: [shortKey(lines.key, keys), shortKey(along.key, keys)],
      levels: [textsOf(lines), textsOf(along)],
    },
  ];
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}

function figureOf(pair: Pair, position: number, metric: string): Figure {
  const { names, pValue, importance } = pair;
  const facts = [
    ...(pValue === null ? [] : [pValueClause(pValue)]),
    ...(importance === null ? [] : [`${shareText(importance)} of the variance`]),
  ];
  return {
    name: `interaction-${position + 1}-${fileWord(names[0])}-${fileWord(names[1])}`,
    title: `${names[0]} × ${names[1]}`,
    caption: `Mean ${metric}. Where the lines are parallel, neither choice depends on the other${facts.length > 0 ? ` (interaction: ${facts.join(', ')})` : ''}.`,
    alternative: `Mean ${metric}: ${told(pair)}.`,
    isCompact: true,
    draw: (width) => draw(pair, metric, width),
  };
}

function told({ names, levels, means }: Pair): string {
  const rows = levels[0].map((line, i) => {
    const values = levels[1].map((level, j) => `${numberText(means[i][j])} with ${names[1]} ${level}`);
    return `${names[0]} ${line}: ${values.join(', ')}`;
  });
  return rows.join('; ');
}

function draw({ names, levels: [lines, along], means }: Pair, metric: string, width: number): string {
  const pointsOf = (i: number) =>
    along.map((level, j) => ({
      at: j,
      mean: means[i][j],
      title: `${names[0]} ${lines[i]}, ${names[1]} ${level}: ${numberText(means[i][j])}`,
    }));
  const plot = drawPlot({
    width,
    height: 260,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 12,
    marginBottom: 40,
    color: { type: 'identity' },
    x: {
      type: 'point',
      domain: along.map((_, j) => j),
      tickFormat: (j: number) => shortened(along[j], (width - 76) / along.length - 4),
      label: names[1],
      padding: 0.3,
    },
    y: { nice: true, label: metric },
    marks: [
      Plot.gridY({ stroke: ink('grid'), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, label: null }),
      ...lines.flatMap((_, i) => {
        const { color, dash } = STROKES[i];
        return [
          Plot.line(pointsOf(i), { x: 'at', y: 'mean', stroke: color, strokeWidth: 2, strokeDasharray: dash }),
          Plot.dot(pointsOf(i), { x: 'at', y: 'mean', r: 4, fill: color, title: 'title' }),
        ];
      }),
    ],
  });
  return withLegend(
    plot,
    lines.map((line, i) => ({ label: `${names[0]} ${line}`, sample: STROKES[i] })),
  ).svg;
}
