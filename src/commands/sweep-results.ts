import { relative } from 'node:path';
import pc from 'picocolors';
import { shortKey, valueLabel } from '../config/sweep-label.js';
import { isPruned } from '../sweep/results.js';
import type { CellSummary, SweepSummary } from '../sweep/sweep-store.js';
import { count, duration, metricText } from './format.js';
import { countTexts } from './sweep-view.js';
import { statusText } from './run-status.js';
import { formatTable } from './table.js';
import { wrapped } from './wrapped.js';

/** Variants, and failures, that are listed on a terminal; `--json` has all of them. */
const LISTED_CELLS = 50;
const LISTED_FAILURES = 5;

/** What a sweep came to: a row for each variant, the best first, and what went wrong. */
export function formatSweep(summary: SweepSummary, runsDirectory: string): string {
  const { id, question, cells } = summary;
  const rest = cells.length - LISTED_CELLS;
  return [
    `\n${titleOf(summary)}\n`,
    ...(question === null ? [] : [`  ${question}\n`]),
    ...answerLines(summary),
    cellTable(summary),
    ...(rest > 0 ? [`… and ${count(rest)} more variants (--json lists all)\n`] : []),
    ...notes(summary).map((note) => `  ${note}\n`),
    `  ${relative(process.cwd(), runsDirectory) || '.'}/sweeps/${id}\n`,
  ].join('');
}

/** The answer, what must be known to trust it, and how to see more. */
function answerLines({ answer, id }: SweepSummary): string[] {
  if (!answer) return [];
  return [
    wrapped(pc.bold(answer.sentence), '  '),
    ...answer.cautions.map((caution) => wrapped(`${pc.yellow('caution')} ${caution}`, '  ')),
    `  ${pc.dim(`ablate compare ${id}`)}\n\n`,
  ];
}

function titleOf({ name, status, trials, duration_seconds: seconds }: SweepSummary): string {
  const ended = [`${count(trials.finished)} of ${count(trials.total)} trials finished`, ...countTexts(trials)];
  const reused = trials.reused > 0 ? [`${count(trials.reused)} of them before`] : [];
  const mark = status === 'FINISHED' ? '' : ` ${statusText(status)}`;
  return `${pc.bold(name)}${mark} in ${duration(seconds)}: ${[...ended, ...reused].join(', ')}`;
}

function cellTable({ cells, metric }: SweepSummary): string {
  if (cells.length === 0) return '';
  const keys = [...new Set(cells.flatMap(({ values }) => Object.keys(values)))];
  const columns = [
    ...keys.map((key) => ({ title: shortKey(key, keys).toUpperCase() })),
    { title: 'N', align: 'right' as const },
    { title: metric.name.toUpperCase(), align: 'right' as const },
    { title: '± SD', align: 'right' as const },
    { title: '' },
  ];
  const rows = cells
    .slice(0, LISTED_CELLS)
    .map((cell) => [
      ...keys.map((key) => (Object.hasOwn(cell.values, key) ? valueLabel(cell.values[key]) : '')),
      String(cell.n),
      cell.mean === null ? '' : metricText(metric.name, cell.mean),
      cell.standard_deviation === null ? '' : metricText(metric.name, cell.standard_deviation),
      remarks(cell),
    ]);
  return formatTable(columns, rows);
}

/** What became of the trials that don't count. */
function remarks({ trials }: CellSummary): string {
  const others = trials.map(({ status }) => status).filter((status) => status !== 'FINISHED');
  return [...new Set(others)]
    .map((status) => `${others.filter((other) => other === status).length} ${statusText(status)}`)
    .join(' ');
}

function notes({ cells, error, status }: SweepSummary): string[] {
  const failures = cells.flatMap(({ label, trials }) =>
    trials.filter((trial) => trial.status === 'FAILED').map(({ seed, run }) => `${label} seed ${seed} failed: ${run}`),
  );
  return [
    ...(cells.some(isPruned) ? ['variants with pruned trials come last: only their luckiest seeds finished'] : []),
    ...failures.slice(0, LISTED_FAILURES),
    ...(failures.length > LISTED_FAILURES ? [`… and ${count(failures.length - LISTED_FAILURES)} failures more`] : []),
    ...(error !== null && status !== 'FINISHED' ? [`${pc.red(status)} ${error}`] : []),
  ];
}
