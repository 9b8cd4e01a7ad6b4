import type { Command } from 'commander';
import type { Column } from '../display/tables/table.js';
import { runsDirectoryOption } from '../launch/options/runs-directory.js';
import { ablate } from '../system/shell.js';

interface Options {
  runsDir: string;
  json?: true;
}

const COLUMNS: Column[] = [
  { title: 'NAME' },
  ...['RUNS', 'MODELS', 'CHECKPOINTS', 'OTHER', 'TOTAL'].map((title) => ({ title, align: 'right' as const })),
];

/** Adds `ablate du` to the program. */
export function registerDu(program: Command): void {
  program
    .command('du')
    .description('how much room the runs of each experiment take')
    .addOption(runsDirectoryOption())
    .option('--json', 'print it as JSON, in bytes')
    .action(du);
}

async function du({ runsDir, json }: Options): Promise<void> {
  const { readRunRows } = await import('../study/run-rows.js');
  const { diskUse } = await import('../study/disk-use.js');
  const { bytesText, count } = await import('../display/format.js');
  const { formatTable } = await import('../display/tables/table.js');
  const used = diskUse(runsDir, await readRunRows(runsDir));
  const total = used.reduce((sum, use) => sum + use.total, 0);
  if (json) {
    process.stdout.write(`${JSON.stringify({ total, names: used }, undefined, 2)}\n`);
    return;
  }
  const size = (bytes: number): string => (bytes === 0 ? '' : bytesText(bytes));
  const rows = used.map(({ name, runs, models, checkpoints, other, total: all }) => [
    name,
    runs === 0 ? '' : count(runs),
    ...[models, checkpoints, other, all].map(size),
  ]);
  if (rows.length > 0) process.stdout.write(formatTable(COLUMNS, rows));
  process.stderr.write(
    `${bytesText(total)} in ${runsDir}; \`${ablate('rm', '--older-than', '30d', '--dry-run')}\` tells what could go\n`,
  );
}
