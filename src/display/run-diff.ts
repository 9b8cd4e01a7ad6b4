import { formatDifferences } from '../config/diff.js';
import type { RunDiff } from '../study/run-diff.js';
import { unitOf } from '../text/metric-unit.js';
import { encodeNumbers } from '../tracking/journal-events.js';
import { colors as pc } from '../text/visible.js';
import { metricText } from './format.js';
import { formatTable } from './tables/table.js';

const COLUMNS = [
  { title: 'METRIC' },
  { title: 'BEFORE', align: 'right' as const },
  { title: 'AFTER', align: 'right' as const },
  { title: 'CHANGE', align: 'right' as const },
];

/** What differs between two runs, as text. */
export function runDiffText({ runs, configuration, metrics, origin }: RunDiff): string {
  const rows = metrics.map(({ name, before, after }) => [
    name,
    before === undefined ? '' : metricText(name, before),
    after === undefined ? '' : metricText(name, after),
    before === undefined || after === undefined ? '' : changeText(name, after - before),
  ]);
  const origins = origin.map(
    ({ what, before, after }) => `  ${what}: ${before ?? 'unknown'} → ${after ?? 'unknown'}\n`,
  );
  return [
    `${pc.bold(runs[0])} → ${pc.bold(runs[1])}\n`,
    `\n${pc.dim('CONFIGURATION')}\n`,
    configuration.length === 0 ? '  the same\n' : formatDifferences(configuration),
    `\n${pc.dim('CODE, DATA, MACHINE')}\n`,
    ...(origins.length === 0 ? ['  the same\n'] : origins),
    rows.length === 0 ? '' : `\n${formatTable(COLUMNS, rows)}`,
  ].join('');
}

/** Likewise as JSON. */
export function runDiffJson({ metrics, ...diff }: RunDiff): string {
  const plain = metrics.map(({ name, before, after }) => ({
    name,
    ...encodeNumbers({ ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }),
  }));
  return `${JSON.stringify({ ...diff, metrics: plain }, undefined, 2)}\n`;
}

/** With its sign; of shares in percentage points (pp). */
function changeText(name: string, change: number): string {
  const { factor } = unitOf(name);
  const text = factor === 100 ? `${(factor * change).toFixed(2)} pp` : metricText(name, change);
  return change > 0 ? `+${text}` : text.replace(/^-/, '−');
}
