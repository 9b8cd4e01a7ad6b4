import { colors as pc } from '../../text/visible.js';
import { readSweepState, summaryOf } from '../../sweep/sweep-state.js';
import type { SweepDirectory, SweepSummary } from '../../sweep/sweep-store.js';
import { tagsOf } from '../../study/run-rows.js';
import { tagsText } from '../../tracking/user-tags.js';
import { shortId } from '../../text/words.js';
import { titledMetric } from '../../text/metric-unit.js';
import { metricNumbers } from '../format.js';
import { statusText } from '../run-status.js';
import { formatSweep } from './sweep-results.js';
import { tellApart } from '../../config/sweep/told-apart.js';
import { fittedTable } from '../tables/fitted-table.js';

/** Trials that are listed on a terminal; `--json` has all of them. */
const LISTED_TRIALS = 100;

/** A sweep as text: its variants, the best first, then its trials with their runs. */
export async function sweepText(sweep: SweepDirectory): Promise<string> {
  const state = await readSweepState(sweep);
  const summary = summaryOf(state);
  const tags = tagsText(tagsOf({ sweep }));
  return `${formatSweep(summary, sweep.runsDirectory)}${tags && `  ${pc.dim('tags')} ${tags}\n`}\n${trialsTable(summary)}`;
}

/** A sweep as its `summary.json`, as far as it is by now, and its tags. */
export async function sweepJson(sweep: SweepDirectory): Promise<string> {
  const state = await readSweepState(sweep);
  return `${JSON.stringify({ ...summaryOf(state), tags: tagsOf({ sweep }) }, undefined, 2)}\n`;
}

function trialsTable({ cells: variants, metric }: SweepSummary): string {
  const { heading, names } = tellApart(variants);
  const trials = variants.flatMap(({ trials: own }, i) => own.map((trial) => ({ name: names[i], ...trial })));
  if (trials.length === 0) return '';
  const columns = [
    { title: heading.toUpperCase() || 'TRIAL', rank: 0 },
    { title: 'SEED', align: 'right' as const, rank: 3 },
    { title: 'STATUS', rank: trials.every(({ status }) => status === 'FINISHED') ? 4 : 1 },
    { title: titledMetric(metric.name).toUpperCase(), align: 'right' as const, rank: 2 },
    { title: 'RUN', rank: 0, short: shortId },
  ];
  const shown = trials.slice(0, LISTED_TRIALS);
  const values = metricNumbers(
    metric.name,
    shown.map(({ value }) => value),
  );
  const rows = shown.map(({ name, seed, status, run }, row) => [
    name,
    String(seed),
    statusText(status),
    values[row],
    run,
  ]);
  const rest = trials.length - rows.length;
  return `${fittedTable(columns, rows)}${rest > 0 ? `… and ${rest} more trials (--json lists all)\n` : ''}`;
}
