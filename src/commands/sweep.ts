import type { Command } from 'commander';
import { addSweepOptions, type SweepOptions } from './sweep-options.js';
import { addTrainingOptions } from './training-options.js';

/** Adds `ablate sweep` to the program. */
export function registerSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('train every combination of values given here, over any experiment file')
    .argument('<file...>', 'experiment files, then what varies: model.kernel_size=3,5 seeds=3')
    .action(sweep);
  addTrainingOptions(command);
  addSweepOptions(command);
  command.option('--force', 'begin a new sweep, and train what earlier runs have done again');
}

async function sweep(words: string[], options: SweepOptions): Promise<void> {
  const { splitArguments, loadAll } = await import('./experiment-arguments.js');
  const { sweepFromArguments } = await import('../config/sweep-arguments.js');
  const { files, overrides } = splitArguments(words);
  const experiments = await loadAll({ files, overrides: sweepFromArguments(overrides) });
  const { requireSweeps } = await import('./sweep-options.js');
  requireSweeps(experiments);
  const { trainAll } = await import('./train.js');
  await trainAll(experiments, options, { command: { name: 'sweep', overrides } });
}
