import type { Command } from 'commander';
import { addSweepOptions, type SweepOptions } from '../launch/options/sweep.js';
import { addTrainingOptions } from '../launch/options/training.js';

/** Adds `ablate run` to the program. */
export function registerRun(program: Command): void {
  const command = program
    .command('run')
    .description('train what experiment files describe, every variant of a sweep, and print the result')
    .argument(
      '<file...>',
      'experiment files, or folders of them, then overrides: training.optimizer.learning_rate=0.01',
    )
    .action(run);
  addTrainingOptions(command);
  addSweepOptions(command);
  command.option('--force', 'begin a new sweep, and train what earlier runs have done again');
}

async function run(words: string[], options: SweepOptions): Promise<void> {
  const { splitArguments, loadAll } = await import('../launch/experiment-arguments.js');
  const given = splitArguments(words);
  const experiments = await loadAll(given);
  const { trainAll } = await import('../launch/terminal/train-all.js');
  await trainAll(experiments, options, { command: { name: 'run', overrides: given.overrides } });
}
