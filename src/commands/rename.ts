import type { Command } from 'commander';
import { badUsage } from '../text/errors.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';

const LONGEST_NAME = 200;

/** Adds `ablate rename` to the program. */
export function registerRename(program: Command): void {
  program
    .command('rename')
    .description('give a run or a sweep another name; its id stays')
    .argument('<id>', `a run or a sweep: ${NAMES}`)
    .argument('<name>', 'which it is then found by, and shown by in ls and MLflow')
    .addOption(runsDirectoryOption())
    .action(rename);
}

async function rename(id: string, name: string, { runsDir }: { runsDir: string }): Promise<void> {
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { label } = await import('../launch/tracking/label.js');
  requireName(name);
  const found = findSweepOrRun(runsDir, id);
  await label(found, { name, tags: {} });
  process.stdout.write(`${'sweep' in found ? found.sweep.id : found.run.id} is named ${name}\n`);
}

function requireName(name: string): void {
  const isGood = name.trim() !== '' && name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name) && name !== 'latest';
  if (isGood) return;
  throw badUsage(
    `${JSON.stringify(name)} can't be a name`,
    `give 1 to ${LONGEST_NAME} characters in one line; \`latest\` stands for the newest run`,
  );
}
