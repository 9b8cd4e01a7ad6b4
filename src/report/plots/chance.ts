import * as Plot from '@observablehq/plot';
import { unitOf } from '../../text/metric-unit.js';
import type { Study } from '../../study/study.js';
import { listed } from '../../text/words.js';
import { chanceRows, type ChanceRow } from '../chance.js';
import { numberText, shareText } from '../numbers.js';
import type { Figure } from './figure.js';
import { ink } from './palette.js';
import { drawRows, intervalMark } from './rows.js';

/** How far each source of chance moves the metric by itself. */
export function chanceFigures({ chance, metric }: Study): Figure[] {
  if (!chance) return [];
  const rows = chanceRows(chance, metric.name);
  const unit = unitOf(metric.name).ofDifference;
  return [
    {
      name: 'chance',
      title: `What moves ${metric.name}`,
      caption:
        'How far each source of chance moves it by itself, as a standard deviation with its 95 % interval, and how far all of them do together. ' +
        'A crossed random-effects model of all runs.',
      alternative: `Standard deviations${unit && ` in${unit}`}: ${listed(rows.map(told), rows.length)}.`,
      isCompact: false,
      draw: (width) => draw(rows, `standard deviation of ${metric.name}${unit && ` (${unit.trim()})`}`, width),
    },
  ];
}

function told({ name, deviation, interval: [lower, upper], share }: ChanceRow): string {
  return `${name} ${numberText(deviation)} (${numberText(lower)} to ${numberText(upper)}; ${shareText(share)} of the variance)`;
}

function draw(rows: readonly ChanceRow[], label: string, width: number): string {
  const points = rows.map((one, row) => ({
    row,
    deviation: one.deviation,
    lower: one.interval[0],
    upper: one.interval[1],
    title: told(one),
  }));
  return drawRows({
    width,
    labels: rows.map(({ name }) => ({ text: name })),
    x: { label, zero: true },
    marks: (dy) => [
      intervalMark(points, dy),
      Plot.dot(points, { y: 'row', x: 'deviation', r: 5, fill: ink('series1'), title: 'title', dy }),
    ],
  }).svg;
}
