import { relative, resolve } from 'node:path';
import pc from 'picocolors';
import type { SweepSummary } from '../sweep/sweep-store.js';
import type { Summary } from '../tracking/run-store.js';
import { count, duration, percent, significant } from './format.js';

/** What an experiment came to; with others beside it, it may be an error. */
export type Result = Summary | SweepSummary | FailedExperiment;

/** An experiment that couldn't be trained. */
interface FailedExperiment {
  file: string;
  error: { code: string; message: string; hint?: string };
}

/**
 * Prints what runs and sweeps came to, and sets the exit code by it: 0 only if all of them finished, and no trial of a
 * sweep failed.
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
    const { formatSweep } = await import('./sweep-results.js');
    const format = (result: Result): string => {
      if ('cells' in result) return formatSweep(result, resolve(runsDir));
      return 'metrics' in result ? formatResult(result, resolve(runsDir)) : formatFailure(result);
    };
    process.stdout.write(results.map(format).join('\n'));
    if (results.length > 1) process.stdout.write(await overview(results));
  }
  if (results.some((result) => 'status' in result && result.status === 'KILLED')) process.exitCode = 130;
  else if (results.some(hasFailed)) process.exitCode = 1;
}

/** Several results at a glance: each one's answer, or score. */
async function overview(results: readonly Result[]): Promise<string> {
  const { formatTable } = await import('./table.js');
  const { statusText } = await import('./run-status.js');
  const columns = [
    { title: 'EXPERIMENT' },
    { title: 'STATUS' },
    { title: 'TIME', align: 'right' as const },
    { title: 'ANSWER' },
  ];
  const rows = results.map((result) => {
    if (!('status' in result)) return [result.file, statusText('FAILED'), '', result.error.message];
    const { name, status, duration_seconds: seconds } = result;
    return [
      name,
      statusText(status),
      duration(seconds),
      'cells' in result ? (result.answer?.sentence ?? '') : scoreOf(result),
    ];
  });
  return `\n${formatTable(columns, rows)}`;
}

function scoreOf({ metrics }: Summary): string {
  const accuracy = (metrics as Partial<Summary['metrics']>).test_accuracy;
  return accuracy === undefined ? '' : `test accuracy ${percent(accuracy)}`;
}

function formatFailure({ file, error }: FailedExperiment): string {
  return `\n${pc.bold(file)} ${pc.red('FAILED')}: ${error.message}\n`;
}

/** A variant that diverges, or is pruned, is an answer, not a failure of the sweep. */
function hasFailed(result: Result): boolean {
  if (!('status' in result)) return true;
  return result.status !== 'FINISHED' || ('cells' in result && result.trials.failed > 0);
}

const ROWS = ['train', 'val', 'test'] as const;

/** The result of a run: a table of its scores. */
function formatResult(summary: Summary, runsDirectory: string): string {
  const { epochs, samples_per_second: speed, duration_seconds: seconds, weights_epoch: kept } = summary;
  const metrics: Partial<Record<string, number>> = summary.metrics;
  const rows = ROWS.flatMap((part) => {
    // Of the weights that were kept, which may be those of the best epoch.
    const prefix = part !== 'test' && kept === metrics.best_epoch && kept !== epochs ? 'best_' : '';
    const [loss, accuracy] = [metrics[`${prefix}${part}_loss`], metrics[`${prefix}${part}_accuracy`]];
    return loss === undefined || accuracy === undefined
      ? []
      : [`  ${part.padEnd(6)}${significant(loss).padStart(8)}${percent(accuracy).padStart(11)}`];
  });
  const best = kept === epochs ? '' : `, weights of epoch ${kept}`;
  const title = `${summary.name} ${summary.status === 'FINISHED' ? '' : pc.red(summary.status)}`.trimEnd();
  return [
    '',
    `${pc.bold(title)} in ${duration(seconds)} (${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}${best}, ${count(speed)} samples/s)`,
    ...(rows.length > 0 ? [pc.dim('            loss   accuracy'), ...rows] : []),
    `  ${relative(process.cwd(), runsDirectory) || '.'}/${summary.id}`,
    '',
  ].join('\n');
}
