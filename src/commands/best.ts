import type { Command } from 'commander';
import { UserError } from '../text/errors.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';
import { ablate } from '../system/shell.js';
import type { RunRow } from '../study/run-rows.js';
import { counted, listed } from '../text/words.js';

interface Options {
  runsDir: string;
  metric?: string;
  where?: string;
  id?: true;
  json?: true;
}

/** Adds `ablate best` to the program. */
export function registerBest(program: Command): void {
  program
    .command('best')
    .description('the finished run with the best score, of each experiment or of one')
    .argument('[name]', `the name of an experiment, or a sweep: ${NAMES} (default: all)`)
    .option(
      '--metric <name>',
      'what is best: the highest, of a loss or an error the lowest (default: val_accuracy; of masks, val_dice; of a number, val_mean_absolute_error)',
    )
    .option('--where <condition>', 'among the runs of which it holds, as for ls')
    .option('--id', 'print nothing but the id')
    .addOption(runsDirectoryOption())
    .option('--json', 'print it as JSON')
    .action(best);
}

async function best(name: string | undefined, options: Options): Promise<void> {
  const { bestRows, filterRows, mainMetricsOf, readRunRows, variedKeys } = await import('../study/run-rows.js');
  const { metric, where, runsDir } = options;
  const all = await readRunRows(runsDir);
  const named = name === undefined ? all : await rowsNamed(all, name, runsDir);
  const candidates = where === undefined ? named : filterRows(named, where);
  const rows = bestRows(candidates, metric);
  if (rows.length === 0) throw noneFound(metric, runsDir);
  const shown = metric === undefined ? mainMetricsOf(rows) : [metric];
  const { runListJson, runListText } = await import('../display/run-list.js');
  const { columns: width } = process.stdout as { columns?: number };
  const varied = variedKeys(candidates);
  if (options.id) process.stdout.write(rows.map(({ run }) => `${run.id}\n`).join(''));
  else if (options.json) process.stdout.write(runListJson(rows, varied));
  else {
    process.stdout.write(runListText(rows, varied, { asked: shown, width }));
    process.stderr.write(await noteOn(rows, candidates, shown));
  }
}

/** The best of many is lucky, too. */
async function noteOn(
  rows: readonly RunRow[],
  candidates: readonly RunRow[],
  metrics: readonly string[],
): Promise<string> {
  const { wrapped } = await import('../display/wrapped.js');
  const finished = candidates.filter(({ status }) => status === 'FINISHED').length;
  const next = ablate('evaluate', rows[0].run.id);
  const { columns: width = Infinity } = process.stderr as { columns?: number };
  return wrapped(
    `by ${listed(metrics)}, of ${counted(finished, 'finished run')}; the best of many is partly luck: \`${next}\` tests it, \`${ablate('compare')}\` tells how sure a variant is`,
    '',
    width,
  );
}

async function rowsNamed(all: readonly RunRow[], name: string, runsDir: string): Promise<RunRow[]> {
  const { safeName } = await import('../tracking/run-store.js');
  const called = all.filter((row) => row.name === safeName(name));
  if (called.length > 0) return called;
  const { findSweepOrRun } = await import('../sweep/find.js');
  const found = findSweepOrRun(runsDir, name);
  return all.filter(({ run, sweep }) => ('sweep' in found ? sweep === found.sweep.id : run.id === found.run.id));
}

function noneFound(metric: string | undefined, runsDir: string): UserError {
  return new UserError(`no finished run in ${runsDir} has a ${metric ?? 'metric'}`, {
    code: 'no-best-run',
    hint: `\`${ablate('ls', '--all')}\` lists what there is; --metric names another metric`,
    exitCode: 2,
  });
}
