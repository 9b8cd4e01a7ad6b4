import { relative, resolve } from 'node:path';
import pc from 'picocolors';
import type { Summary } from '../tracking/run-store.js';
import { count, duration, percent, significant } from './format.js';

/** Prints what runs came to, and sets the exit code by it: 0 only if all of them finished. */
export async function printResults(
  summaries: Summary[],
  { json, runsDir }: { json?: true; runsDir: string },
): Promise<void> {
  if (json) {
    const { encodeNumbers } = await import('../tracking/journal-events.js');
    const plain = summaries.map((summary) => ({ ...summary, metrics: encodeNumbers(summary.metrics) }));
    process.stdout.write(`${JSON.stringify(plain.length === 1 ? plain[0] : plain, null, 2)}\n`);
  } else {
    process.stdout.write(formatResults(summaries, resolve(runsDir)));
  }
  if (summaries.some(({ status }) => status === 'KILLED')) process.exitCode = 130;
  else if (summaries.some(({ status }) => status !== 'FINISHED')) process.exitCode = 1;
}

/** The result of one run as a table of its scores, or of several as a row each. */
function formatResults(summaries: Summary[], runsDirectory: string): string {
  return summaries.map((summary) => formatResult(summary, runsDirectory)).join('\n');
}

const ROWS = ['train', 'val', 'test'] as const;

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
