import type { ChanceStudy } from '../analysis/chance.js';
import { inUnit, unitOf } from '../text/metric-unit.js';
import type { Study } from '../study/study.js';
import { halfWidthOf, pValueText } from '../text/digits.js';
import { columnOf, shareText } from './numbers.js';
import { intervalColumn, type TextTable } from './tables.js';

/** A source of chance, or what comes of them together. */
export interface ChanceRow {
  name: string;
  /** In the metric's unit, as is the interval. */
  deviation: number;
  interval: [number, number];
  share: number;
  /** Adjusted for all sources; null of the rest. */
  pValue: number | null;
}

/** The sources, the one that moves the metric furthest first, and at last the rest. */
export function chanceRows({ components, rest }: ChanceStudy, metric: string): ChanceRow[] {
  const unit = unitOf(metric);
  const scaled = ([lower, upper]: readonly [number, number]): [number, number] => [
    inUnit(lower, unit),
    inUnit(upper, unit),
  ];
  const rowOf = (name: string, one: typeof rest, pValue: number | null): ChanceRow => {
    const deviation = inUnit(Math.sqrt(one.variance), unit);
    return { name, deviation, interval: scaled(one.interval), share: one.share, pValue };
  };
  return [
    ...components.map((one) => rowOf(one.source, one, one.adjustedPValue)),
    rowOf('all of them together', rest, null),
  ];
}

/** How far each source of chance moves the metric; null where nothing but chance was varied. */
export function chanceTable({ chance, metric }: Study): TextTable | null {
  if (!chance) return null;
  const rows = chanceRows(chance, metric.name);
  const halfWidths = rows.map(({ interval }) => halfWidthOf(interval));
  const deviations = columnOf(
    rows.map(({ deviation }) => deviation),
    halfWidths,
  );
  const intervals = intervalColumn(rows.map(({ interval }) => interval));
  const unit = unitOf(metric.name).ofDifference.trim();
  return {
    columns: [
      { title: 'source of chance', rank: 0 },
      { title: unit === '' ? 'sd' : `sd (${unit})`, align: 'right', rank: 0 },
      { title: '95 % interval', align: 'right', rank: 1 },
      { title: 'share of variance', align: 'right', rank: 3 },
      { title: 'p (adjusted)', align: 'right', rank: 2 },
    ],
    rows: rows.map(({ name, share, pValue }, i) => [
      name,
      deviations[i],
      intervals[i],
      shareText(share),
      pValueText(pValue),
    ]),
  };
}
