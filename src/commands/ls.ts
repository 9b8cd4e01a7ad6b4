import type { Command } from 'commander';
import type { SweepState } from '../sweep/sweep-state.js';
import type { ListedRun } from '../tracking/run-store.js';
import type { Column } from './table.js';

interface Options {
  runsDir: string;
  all?: true;
  json?: true;
}

const RUN_COLUMNS: Column[] = [
  { title: 'RUN' },
  { title: 'STATUS' },
  { title: 'EPOCHS', align: 'right' },
  { title: 'VAL ACC', align: 'right' },
  { title: 'TEST ACC', align: 'right' },
  { title: 'TEST LOSS', align: 'right' },
  { title: 'TIME', align: 'right' },
];

const SWEEP_COLUMNS: Column[] = [
  { title: 'SWEEP' },
  { title: 'STATUS' },
  { title: 'TRIALS', align: 'right' },
  { title: 'BEST', align: 'right' },
  { title: 'OF' },
  { title: 'VARIANT' },
];

/** Adds `ablate ls` to the program. */
export function registerLs(program: Command): void {
  program
    .command('ls')
    .description('list the sweeps and the runs on disk, the newest last')
    .option('--all', 'list the trials of sweeps among the runs; by default each sweep is one line')
    .option('--runs-dir <directory>', 'where runs are kept', 'runs')
    .option('--json', 'print the summaries of all runs as JSON, trials with their sweep')
    .action(list);
}

async function list({ runsDir, all, json }: Options): Promise<void> {
  const { byTime, listRuns } = await import('../tracking/run-store.js');
  const { readSweepStates } = await import('../sweep/sweep-state.js');
  const sweeps = await readSweepStates(runsDir);
  const sweepOf = sweepsOfRuns(sweeps);
  const runs = listRuns(runsDir).sort(byTime);
  if (json) {
    const plain = runs.map((run) => toJson(run, sweepOf.get(run.run.id)));
    process.stdout.write(`${JSON.stringify(await Promise.all(plain), undefined, 2)}\n`);
  } else if (runs.length === 0) process.stderr.write(`no runs in ${runsDir}; \`ablate run FILE\` makes one\n`);
  else process.stdout.write(await toText(sweeps, all ? runs : runs.filter(({ run }) => !sweepOf.has(run.id))));
}

/** Run → the sweep that it is a trial of. */
function sweepsOfRuns(sweeps: SweepState[]): Map<string, string> {
  return new Map(
    sweeps.flatMap(({ sweep, results, open }) => {
      const ended = results.ranked().flatMap(({ trials }) => trials);
      return [...ended, ...open].map(({ run }) => [run, sweep.id] as const);
    }),
  );
}

async function toJson({ run, summary, problem }: ListedRun, sweep: string | undefined): Promise<object> {
  const { encodeNumbers } = await import('../tracking/journal-events.js');
  const written = summary && { ...summary, metrics: encodeNumbers(summary.metrics) };
  return { id: run.id, path: run.path, sweep: sweep ?? null, summary: written ?? null, problem: problem ?? null };
}

async function toText(sweeps: SweepState[], runs: ListedRun[]): Promise<string> {
  const { formatTable } = await import('./table.js');
  return [
    ...(sweeps.length > 0 ? [formatTable(SWEEP_COLUMNS, await Promise.all(sweeps.map(sweepRow)))] : []),
    ...(runs.length > 0 ? [formatTable(RUN_COLUMNS, await Promise.all(runs.map(runRow)))] : []),
  ].join('\n');
}

async function sweepRow({ sweep, status, results, begun }: SweepState): Promise<string[]> {
  const { metricText } = await import('./format.js');
  const { statusText } = await import('./run-status.js');
  const { best, ended } = results;
  const score =
    best?.mean == null ? ['', '', ''] : [metricText(begun.metric.name, best.mean), begun.metric.name, best.label];
  return [sweep.id, statusText(status), `${ended}/${results.counts.total}`, ...score];
}

async function runRow({ run, summary, problem }: ListedRun): Promise<string[]> {
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
