import type { Command } from 'commander';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';

interface Options {
  runsDir: string;
  json?: true;
}

/** Adds `ablate diff` to the program. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .description('what differs between two runs: configuration, code, data, machine, metrics')
    .argument('<before>', `a run: ${NAMES}`)
    .argument('<after>', 'likewise')
    .addOption(runsDirectoryOption())
    .option('--json', 'print it as JSON')
    .action(diff);
}

async function diff(before: string, after: string, { runsDir, json }: Options): Promise<void> {
  const { findRun } = await import('../sweep/find.js');
  const { diffRuns } = await import('../study/run-diff.js');
  const { runDiffJson, runDiffText } = await import('../display/run-diff.js');
  const found = diffRuns(findRun(runsDir, before), findRun(runsDir, after));
  process.stdout.write((json ? runDiffJson : runDiffText)(found));
}
