import { relative, resolve } from 'node:path';
import pc from 'picocolors';
import type { SweepSummary } from '../sweep/sweep-store.js';
import type { Summary } from '../tracking/run-store.js';
import { count, duration, percent, significant } from './format.js';

/**
 * Prints what runs and sweeps came to, and sets the exit code by it: 0 only if all of them finished, and no trial of a
 * sweep failed.
 */
export async function printResults(
  summaries: (Summary | SweepSummary)[],
  { json, runsDir }: { json?: true; runsDir: string },
): Promise<void> {
  if (json) {
    const { encodeNumbers } = await import('../tracking/journal-events.js');
    const plain = summaries.map((summary) =>
      isSweep(summary) ? summary : { ...summary, metrics: encodeNumbers(summary.metrics) },
    );
    process.stdout.write(`${JSON.stringify(plain.length === 1 ? plain[0] : plain, null, 2)}\n`);
  } else {
    const { formatSweep } = await import('./sweep-results.js');
    const format = (summary: Summary | SweepSummary): string =>
      isSweep(summary) ? formatSweep(summary, resolve(runsDir)) : formatResult(summary, resolve(runsDir));
    process.stdout.write(summaries.map(format).join('\n'));
  }
  if (summaries.some(({ status }) => status === 'KILLED')) process.exitCode = 130;
  else if (summaries.some(hasFailed)) process.exitCode = 1;
}

function isSweep(summary: Summary | SweepSummary): summary is SweepSummary {
  return 'cells' in summary;
}

/** A variant that diverges, or is pruned, is an answer, not a failure of the sweep. */
function hasFailed(summary: Summary | SweepSummary): boolean {
  return summary.status !== 'FINISHED' || (isSweep(summary) && summary.trials.failed > 0);
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
