import { relative } from 'node:path';
import { mean } from '../../analysis/statistics/describe.js';
import { colors as pc } from '../../text/visible.js';
import { byDataset, datasetOf } from '../../config/sweep/by-dataset.js';
import { tellApart } from '../../config/sweep/told-apart.js';
import { hasStoppedEarly } from '../../sweep/results.js';
import type { VariantResult, SweepSummary } from '../../sweep/sweep-store.js';
import { listRun, type RunDirectory, runDirectory, type Summary } from '../../tracking/run-store.js';
import { metricValues } from '../../report/metric-values.js';
import { titledMetric } from '../../text/metric-unit.js';
import { sweepHeadline } from './sweep-headline.js';
import { count, duration, metricNumbers } from '../format.js';
import { countTexts } from './sweep-view.js';
import { statusText } from '../run-status.js';
import { type ChanceFacts, chanceFacts, chanceRemark } from './chance-level.js';
import { fittedTable } from '../tables/fitted-table.js';
import { wrapped } from '../wrapped.js';
import { ablate } from '../../system/shell.js';
import { counted } from '../../text/words.js';

/** Variants, and failures, that are listed on a terminal; `--json` has all of them. */
const LISTED_CELLS = 50;
const LISTED_FAILURES = 5;

/** The results of a sweep: a row for each variant, the best first, and what went wrong. */
export function formatSweep(summary: SweepSummary, runsDirectory: string): string {
  const { id, question, cells: variants } = summary;
  const rest = variants.length - LISTED_CELLS;
  return [
    `\n${titleOf(summary)}\n`,
    ...(question === null ? [] : [`  ${question}\n`]),
    ...answerLines(summary),
    variantTable(summary, runsDirectory),
    ...(rest > 0 ? [`… and ${count(rest)} more variants (--json lists all)\n`] : []),
    ...notes(summary).map((note) => `  ${note}\n`),
    `  ${relative(process.cwd(), runsDirectory) || '.'}/sweeps/${id}\n`,
  ].join('');
}

/** The answer, what must be known to trust it, and how to see more. */
function answerLines(summary: SweepSummary): string[] {
  const headline = sweepHeadline(summary);
  if (!headline) return [];
  const { sentence, details, confirm } = headline;
  const cautions = confirm === null ? (summary.answer?.cautions ?? []) : [];
  return [
    wrapped(pc.bold(sentence), '  '),
    ...details.map((detail) => wrapped(detail, '  ')),
    ...cautions.map((caution) => wrapped(`${pc.yellow('caution')} ${caution}`, '  ')),
    ...[confirm, ablate('compare', summary.id)].flatMap((command) =>
      command === null ? [] : [`  ${pc.dim(command)}\n`],
    ),
    '\n',
  ];
}

function titleOf({ name, status, trials, duration_seconds: seconds }: SweepSummary): string {
  const ended = [`${count(trials.finished)} of ${counted(trials.total, 'trial')} finished`, ...countTexts(trials)];
  const reused = trials.reused > 0 ? [`${count(trials.reused)} of them before`] : [];
  const mark = status === 'FINISHED' ? '' : ` ${statusText(status)}`;
  return `${pc.bold(name)}${mark} in ${duration(seconds)}: ${[...ended, ...reused].join(', ')}`;
}

function variantTable({ cells: variants, metric }: SweepSummary, runsDirectory: string): string {
  if (variants.length === 0) return '';
  // Variants of different datasets aren't ranked among each other.
  const inOrder = [...byDataset(variants.toSorted((a, b) => a.index - b.index)).keys()].flatMap((dataset) =>
    variants.filter((variant) => datasetOf(variant) === dataset),
  );
  const { columns: parameters } = tellApart(inOrder);
  const shown = inOrder.slice(0, LISTED_CELLS);
  const others = otherScores(shown, metric.name, runsDirectory);
  const columns = [
    ...parameters.map(({ title }) => ({ title: title.toUpperCase(), rank: 0 })),
    { title: 'N', align: 'right' as const, rank: 3 },
    { title: titledMetric(metric.name).toUpperCase(), align: 'right' as const, rank: 0 },
    { title: '± SD', align: 'right' as const, rank: 2 },
    ...others.map(({ name }) => ({ title: titledMetric(name).toUpperCase(), align: 'right' as const, rank: 4 })),
    { title: '', rank: 1 },
  ];
  const means = metricNumbers(
    metric.name,
    shown.map(({ mean }) => mean),
  );
  const deviations = metricNumbers(
    metric.name,
    shown.map(({ standard_deviation: deviation }) => deviation),
  );
  const factsOf = chanceFacts(runsDirectory);
  const rows = shown.map((variant, row) => [
    ...parameters.map(({ cells }) => cells[row]),
    String(variant.n),
    means[row],
    deviations[row],
    ...others.map(({ means }) => means[row]),
    remarks(variant, metric.name, factsOf),
  ]);
  return fittedTable(columns, rows);
}

/** What else `training.metrics` asks for, on the images that the sweep's metric is of: its means over finished trials. */
function otherScores(
  variants: readonly VariantResult[],
  metric: string,
  runsDirectory: string,
): { name: string; means: string[] }[] {
  const part = /^(train|val|test)_/.exec(metric)?.[0];
  if (part === undefined) return [];
  const runs = variants.map(({ trials }) =>
    trials.flatMap(({ status, run }) =>
      status === 'FINISHED' ? [{ status, metrics: metricsOf(runDirectory(runsDirectory, run)) }] : [],
    ),
  );
  const known = Object.keys(runs.flat().at(0)?.metrics ?? {});
  const names = known.filter((name) => name.startsWith(part) && name !== metric && name !== `${part}loss`);
  return names.map((name) => ({
    name,
    means: metricNumbers(
      name,
      runs.map((each) => meanOf(metricValues(each, name))),
    ),
  }));
}

function metricsOf(run: RunDirectory): Summary['metrics'] {
  return listRun(run).summary?.metrics ?? {};
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

/** What became of the trials that don't count, and whether the others score no better than chance. */
function remarks(variant: VariantResult, metric: string, factsOf: (run: string) => ChanceFacts): string {
  const others = variant.trials.map(({ status }) => status).filter((status) => status !== 'FINISHED');
  const ended = [...new Set(others)].map(
    (status) => `${others.filter((other) => other === status).length} ${statusText(status)}`,
  );
  return [...ended, chanceRemark(variant, metric, factsOf)].filter((text) => text !== '').join(' ');
}

function notes({ cells: variants, error, status }: SweepSummary): string[] {
  const failures = variants.flatMap(({ label, trials }) =>
    trials.filter((trial) => trial.status === 'FAILED').map(({ seed, run }) => `${label} seed ${seed} failed: ${run}`),
  );
  return [
    ...(variants.some(hasStoppedEarly)
      ? ['variants with trials that were stopped early come last: only their luckiest seeds finished']
      : []),
    ...failures.slice(0, LISTED_FAILURES),
    ...(failures.length > LISTED_FAILURES ? [`… and ${count(failures.length - LISTED_FAILURES)} failures more`] : []),
    ...(error !== null && status !== 'FINISHED' ? [`${pc.red(status)} ${error}`] : []),
  ];
}
