import type { Command } from 'commander';
import type { ListedRun } from '../tracking/run-store.js';
import type { Column } from './table.js';

interface Options {
  runsDir: string;
  json?: true;
}

const COLUMNS: Column[] = [
  { title: 'RUN' },
  { title: 'STATUS' },
  { title: 'EPOCHS', align: 'right' },
  { title: 'VAL ACC', align: 'right' },
  { title: 'TEST ACC', align: 'right' },
  { title: 'TEST LOSS', align: 'right' },
  { title: 'TIME', align: 'right' },
];

/** Adds `ablate ls` to the program. */
export function registerLs(program: Command): void {
  program
    .command('ls')
    .description('list the runs on disk, the newest last')
    .option('--runs-dir <directory>', 'where runs are kept', 'runs')
    .option('--json', 'print the summaries as JSON')
    .action(list);
}

async function list({ runsDir, json }: Options): Promise<void> {
  const { byTime, listRuns } = await import('../tracking/run-store.js');
  const runs = listRuns(runsDir).sort(byTime);
  if (json) process.stdout.write(`${JSON.stringify(await Promise.all(runs.map(toJson)), undefined, 2)}\n`);
  else if (runs.length === 0) process.stderr.write(`no runs in ${runsDir}; \`ablate run FILE\` makes one\n`);
  else process.stdout.write(await toTable(runs));
}

async function toJson({ run, summary, problem }: ListedRun): Promise<object> {
  const { encodeNumbers } = await import('../tracking/journal-events.js');
  const written = summary && { ...summary, metrics: encodeNumbers(summary.metrics) };
  return { id: run.id, path: run.path, summary: written ?? null, problem: problem ?? null };
}

async function toTable(runs: ListedRun[]): Promise<string> {
  const { formatTable } = await import('./table.js');
  return formatTable(COLUMNS, await Promise.all(runs.map(toRow)));
}

async function toRow({ run, summary, problem }: ListedRun): Promise<string[]> {
  const { duration, percent, significant } = await import('./format.js');
  const { statusText } = await import('./run-status.js');
  if (!summary) return [run.id, statusText(problem ? 'UNREADABLE' : 'UNFINISHED'), '', '', '', '', ''];
  const { metrics, status, epochs, duration_seconds: seconds } = summary;
  const show = (name: string, format: (value: number) => string): string =>
    name in metrics ? format(metrics[name]) : '';
  return [
    run.id,
    statusText(status),
    String(epochs),
    show('val_accuracy', percent),
    show('test_accuracy', percent),
    show('test_loss', significant),
    duration(seconds),
  ];
}
