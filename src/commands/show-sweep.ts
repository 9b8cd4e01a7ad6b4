import { readSweepState, summaryOf } from '../sweep/sweep-state.js';
import type { SweepDirectory, SweepSummary } from '../sweep/sweep-store.js';
import { metricText } from './format.js';
import { statusText } from './run-status.js';
import { formatSweep } from './sweep-results.js';
import { formatTable } from './table.js';

/** Trials that are listed on a terminal; `--json` has all of them. */
const LISTED_TRIALS = 100;

/** A sweep as text: its variants, the best first, then its trials with their runs. */
export async function sweepText(sweep: SweepDirectory): Promise<string> {
  const summary = summaryOf(await readSweepState(sweep));
  return `${formatSweep(summary, sweep.runsDirectory)}\n${trialsTable(summary)}`;
}

/** A sweep as its `summary.json`, as far as it is by now. */
export async function sweepJson(sweep: SweepDirectory): Promise<string> {
  return `${JSON.stringify(summaryOf(await readSweepState(sweep)), undefined, 2)}\n`;
}

function trialsTable({ cells, metric }: SweepSummary): string {
  const trials = cells.flatMap(({ label, trials }) => trials.map((trial) => ({ label, ...trial })));
  if (trials.length === 0) return '';
  const columns = [
    { title: 'TRIAL' },
    { title: 'SEED', align: 'right' as const },
    { title: 'STATUS' },
    { title: metric.name.toUpperCase(), align: 'right' as const },
    { title: 'RUN' },
  ];
  const rows = trials.slice(0, LISTED_TRIALS).map(({ label, seed, status, value, run }) => {
    return [label, String(seed), statusText(status), value === null ? '' : metricText(metric.name, value), run];
  });
  const rest = trials.length - rows.length;
  return `${formatTable(columns, rows)}${rest > 0 ? `… and ${rest} more trials (--json lists all)\n` : ''}`;
}
