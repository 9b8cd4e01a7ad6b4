import { relative, resolve } from 'node:path';
import type { FileProblem } from '../text/errors.js';
import { colors as pc } from '../text/visible.js';
import { mainMetric } from '../text/main-metric.js';
import type { SweepSummary } from '../sweep/sweep-store.js';
import type { Tracked } from '../tracking/follow-end.js';
import type { Summary } from '../tracking/run-store.js';
import { sweepHeadline } from './sweep/sweep-headline.js';
import { readHistory, type RunHistory } from '../tracking/run-history.js';
import { runDirectory } from '../tracking/run-store.js';
import { nextSteps } from './next-steps.js';
import { count, duration, metricText } from './format.js';
import { sparkline } from './sparkline.js';
import { fittedTable } from './tables/fitted-table.js';
import { type Column, formatTable } from './tables/table.js';
import { counted, listed } from '../text/words.js';
import { wrapped } from './wrapped.js';

/** The result of an experiment; of one among several it may be an error. */
export type Result = ((Summary | SweepSummary) & Tracked) | FailedExperiment;

/** The exit code where all was trained, and a tracking server hasn't got all of it. */
const UNDELIVERED = 3;

/** An experiment that couldn't be trained. */
interface FailedExperiment {
  file: string;
  error: { code: string; message: string; hint?: string; files?: readonly FileProblem[] };
}

/**
 * Prints the results of runs and sweeps, and sets the exit code by it: 0 only if all of them finished, no trial of a sweep
 * failed, and a server that was to follow them has got all of it.
 */
export async function printResults(
  results: readonly Result[],
  { json, runsDir }: { json?: true; runsDir: string },
): Promise<void> {
  if (json) {
    const { encodeNumbers } = await import('../tracking/journal-events.js');
    const plain = results.map((result) =>
      'metrics' in result ? { ...result, metrics: encodeNumbers(result.metrics) } : result,
    );
    process.stdout.write(`${JSON.stringify(plain.length === 1 ? plain[0] : plain, null, 2)}\n`);
  } else {
    const { formatSweep } = await import('./sweep/sweep-results.js');
    const format = (result: Result): string => {
      if ('cells' in result) return formatSweep(result, resolve(runsDir));
      return 'metrics' in result ? formatResult(result, resolve(runsDir)) : formatFailure(result);
    };
    process.stdout.write(results.map(format).join('\n'));
    if (results.length > 1) process.stdout.write(await overview(results));
  }
  if (results.some((result) => 'status' in result && result.status === 'KILLED')) process.exitCode = 130;
  else if (results.some(hasFailed)) process.exitCode = 1;
  else if (results.some((result) => 'undelivered' in result)) process.exitCode ??= UNDELIVERED;
}

/** Several results at a glance: each one's answer, or score. */
async function overview(results: readonly Result[]): Promise<string> {
  const { statusText } = await import('./run-status.js');
  const columns = [
    { title: 'EXPERIMENT', rank: 0 },
    { title: 'STATUS', rank: 0 },
    { title: 'TIME', align: 'right' as const, rank: 1 },
    { title: 'ANSWER', rank: 0 },
  ];
  const rows = results.map((result) => {
    if (!('status' in result)) return [result.file, statusText('FAILED'), '', result.error.message];
    const { name, status, duration_seconds: seconds } = result;
    return [
      name,
      statusText(status),
      duration(seconds),
      'cells' in result ? (sweepHeadline(result)?.sentence ?? '') : scoreOf(result),
    ];
  });
  return `\n${fittedTable(columns, rows)}`;
}

function scoreOf({ metrics }: Summary): string {
  const {
    test_accuracy: accuracy,
    test_mean_absolute_error: error,
    test_dice: dice,
    test_micro_f1_score: micro,
  } = metrics as Partial<Summary['metrics']>;
  if (micro !== undefined) return `test micro F1 ${metricText('micro_f1_score', micro)}`;
  if (error !== undefined) return `test mean absolute error ${metricText('mean_absolute_error', error)}`;
  if (dice !== undefined) return `test Dice ${metricText('dice', dice)}`;
  return accuracy === undefined ? '' : `test accuracy ${metricText('accuracy', accuracy)}`;
}

function formatFailure({ file, error }: FailedExperiment): string {
  return `\n${pc.bold(file)} ${pc.red('FAILED')}: ${error.message}\n`;
}

/** A variant that diverges, or is stopped early, is an answer, not a failure of the sweep. */
function hasFailed(result: Result): boolean {
  if (!('status' in result)) return true;
  return result.status !== 'FINISHED' || ('cells' in result && result.trials.failed > 0);
}

/** The result of a run: a table of its scores. */
function formatResult(summary: Summary, runsDirectory: string): string {
  const { epochs, samples_per_second: speed, duration_seconds: seconds, weights_epoch: kept } = summary;
  const best = kept === epochs ? '' : `, weights of epoch ${kept}`;
  const title = `${summary.name} ${summary.status === 'FINISHED' ? '' : pc.red(summary.status)}`.trimEnd();
  return [
    '',
    `${pc.bold(title)} in ${duration(seconds)} (${counted(epochs, 'epoch')}${best}, ${count(speed)} samples/s)`,
    `${scoreTable(summary)}${thresholdLine(summary)}${courseLine(summary, runsDirectory)}  ${relative(process.cwd(), runsDirectory) || '.'}/${summary.id}`,
    ...(summary.status === 'FINISHED' ? [nextSteps(runDirectory(runsDirectory, summary.id))] : ['']),
  ].join('\n');
}

/** What the test took for yes, where that isn't 0.5 unsaid. */
function thresholdLine({ thresholds }: Summary): string {
  if (!thresholds) return '';
  const told = Object.entries(thresholds).map(([name, value]) => `${name} above ${metricText('precision', value)}`);
  return wrapped(`tested with ${listed(told, 10)}`, '  ');
}

/** `val_accuracy ▁▄▆▇█ 94.00 %`: how it went, of what was measured more than once. */
function courseLine({ id }: Summary, runsDirectory: string): string {
  const measured = pointsOf(id, runsDirectory);
  const name = mainMetric('val', (each) => Object.hasOwn(measured, each));
  const points = name === undefined ? [] : measured[name];
  if (name === undefined || points.length < 2) return '';
  const values = points.map(({ value }) => value);
  return `  ${name} ${sparkline(values)} ${metricText(name, values[values.length - 1])}\n`;
}

function pointsOf(id: string, runsDirectory: string): RunHistory['metrics'] {
  try {
    return readHistory(runDirectory(runsDirectory, id)).metrics;
  } catch {
    return {}; // a damaged journal costs the picture alone
  }
}

const SETS = ['train', 'val', 'test'] as const;

/** A row for each set of images, a column for the loss and each metric. */
function scoreTable(summary: Summary): string {
  const rows = SETS.map((set) => ({ set, scores: scoresOn(set, summary) })).filter(({ scores }) => scores.size > 0);
  if (rows.length === 0) return '';
  const names = [...new Set(['loss', ...rows.flatMap(({ scores }) => [...scores.keys()])])];
  const columns: Column[] = [{ title: '' }, ...names.map((title) => ({ title, align: 'right' as const }))];
  const variants = rows.map(({ set, scores }) => [
    set,
    ...names.map((name) => (scores.has(name) ? metricText(name, scores.get(name) ?? NaN) : '')),
  ]);
  return formatTable(columns, variants).replaceAll(/^(?=.)/gm, '  ');
}

/** The scores on a set of images, of the weights that were kept, which may be those of the best epoch. */
function scoresOn(set: (typeof SETS)[number], { metrics, weights_epoch: kept, epochs }: Summary): Map<string, number> {
  const isBest = set !== 'test' && kept === metrics.best_epoch && kept !== epochs;
  const prefix = `${isBest ? 'best_' : ''}${set}_`;
  const own = Object.entries(metrics).filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
