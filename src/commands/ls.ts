import type { Command } from 'commander';
import type { RankedColumn } from '../display/tables/fitted-table.js';
import { runsDirectoryOption } from '../launch/options/runs-directory.js';
import type { RunRow } from '../study/run-rows.js';
import type { SweepState } from '../sweep/sweep-state.js';
import { counted } from '../text/words.js';

interface Options {
  runsDir: string;
  all?: true;
  where?: string;
  sort?: string;
  json?: true;
}

const SWEEP_COLUMNS: RankedColumn[] = [
  { title: 'SWEEP', rank: 0 },
  { title: 'STATUS', rank: 0 },
  { title: 'TRIALS', rank: 2, align: 'right' },
  { title: 'BEST', rank: 1, align: 'right' },
  { title: 'OF', rank: 4 },
  { title: 'VARIANT', rank: 3 },
];

/** Adds `ablate ls` to the program. */
export function registerLs(program: Command): void {
  program
    .command('ls')
    .description('list the sweeps and the runs on disk, the newest last, with the keys that tell runs apart')
    .option('--all', 'list the trials of sweeps among the runs; by default each sweep is one line')
    .option('--where <condition>', "list the runs, trials too, of which it holds: 'model.pooling=max and epochs>3'")
    .option('--sort <keys>', 'sort the runs, trials too, by keys or metrics; - before one for downwards: -val_accuracy')
    .addOption(runsDirectoryOption())
    .option('--json', 'print the summaries of all runs as JSON, trials with their sweep')
    .action(list);
}

async function list(options: Options): Promise<void> {
  const { readSweepStates } = await import('../sweep/sweep-state.js');
  const { readRunRows, filterRows, sortRows, variedKeys } = await import('../study/run-rows.js');
  const { runListJson } = await import('../display/run-list.js');
  const all = await readRunRows(options.runsDir);
  const { where, sort, json } = options;
  const chosen = where === undefined ? all : filterRows(all, where);
  const rows = sort === undefined ? chosen : sortRows(chosen, sort.split(','));
  if (json) process.stdout.write(runListJson(rows, variedKeys(rows)));
  else if (all.length === 0) {
    const { firstStep } = await import('../config/first-step.js');
    process.stderr.write(`no runs in ${options.runsDir}; ${firstStep()}\n`);
  } else if (where !== undefined || sort !== undefined) await printFound(rows, all.length, options);
  else {
    const sweeps = await readSweepStates(options.runsDir);
    const table = await sweepTable(sweeps);
    const runs = await runTable(options.all ? rows : rows.filter(({ sweep }) => sweep === undefined));
    process.stdout.write([table, runs].filter((text) => text !== '').join('\n'));
  }
}

async function printFound(rows: RunRow[], total: number, { where, sort }: Options): Promise<void> {
  const { parseWhere } = await import('../study/where.js');
  const filtered = where === undefined ? [] : parseWhere(where).keys.map(({ name }) => name);
  const sorted = sort === undefined ? [] : sort.split(',').map((key) => key.replace(/^-/, ''));
  process.stdout.write(await runTable(rows, [...new Set([...sorted, ...filtered])]));
  process.stderr.write(`${rows.length} of ${counted(total, 'run')}\n`);
}

async function runTable(rows: readonly RunRow[], asked: readonly string[] = []): Promise<string> {
  if (rows.length === 0) return '';
  const { variedKeys } = await import('../study/run-rows.js');
  const { runListText } = await import('../display/run-list.js');
  return runListText(rows, variedKeys(rows), { asked });
}

async function sweepTable(sweeps: readonly SweepState[]): Promise<string> {
  if (sweeps.length === 0) return '';
  const { fittedTable } = await import('../display/tables/fitted-table.js');
  const { tagsOf } = await import('../study/run-rows.js');
  const { tagsText } = await import('../tracking/user-tags.js');
  const rows = await Promise.all(sweeps.map(sweepRow));
  const tags = sweeps.map(({ sweep }) => tagsText(tagsOf({ sweep })));
  if (!tags.some(Boolean)) return fittedTable(SWEEP_COLUMNS, rows);
  return fittedTable(
    [...SWEEP_COLUMNS, { title: 'TAGS', rank: 5 }],
    rows.map((row, index) => [...row, tags[index]]),
  );
}

async function sweepRow({ sweep, status, results, begun }: SweepState): Promise<string[]> {
  const { metricText } = await import('../display/format.js');
  const { statusText } = await import('../display/run-status.js');
  const { readLabels } = await import('../tracking/labels.js');
  const { name } = readLabels(sweep);
  const { best, ended } = results;
  const score =
    best?.mean == null ? ['', '', ''] : [metricText(begun.metric.name, best.mean), begun.metric.name, best.label];
  return [
    name === undefined ? sweep.id : `${sweep.id} (${name})`,
    statusText(status),
    `${ended}/${results.counts.total}`,
    ...score,
  ];
}
