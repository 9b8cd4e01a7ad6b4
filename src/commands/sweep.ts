import type { Command } from 'commander';
import type { ExperimentArguments } from '../launch/experiment-arguments.js';
import { addSweepOptions, type SweepOptions } from '../launch/options/sweep.js';
import { addTrainingOptions } from '../launch/options/training.js';

interface Options extends SweepOptions {
  confirm?: string;
}

/** Adds `ablate sweep` to the program. */
export function registerSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('train every combination of values given here, over any experiment file')
    .argument('[file...]', 'experiment files, then what varies: model.kernel_size=3,5 seeds=3')
    .option(
      '--confirm <sweep>',
      'rather than files: what a search has found, with new seeds, beside its file as written',
    )
    .action(sweep);
  addTrainingOptions(command);
  addSweepOptions(command);
  command.option('--force', 'begin a new sweep, and train what earlier runs have done again');
}

async function sweep(words: string[], options: Options): Promise<void> {
  const { loadAll } = await import('../launch/experiment-arguments.js');
  const { sweepFromArguments } = await import('../config/sweep/arguments.js');
  const { files, overrides } = await argumentsOf(words, options);
  const experiments = await loadAll({ files, overrides: sweepFromArguments(overrides) });
  const { requireSweeps } = await import('../launch/options/sweep.js');
  requireSweeps(experiments);
  const { trainAll } = await import('../launch/terminal/train-all.js');
  await trainAll(experiments, options, { command: { name: 'sweep', overrides } });
}

async function argumentsOf(words: string[], { confirm, runsDir }: Options): Promise<ExperimentArguments> {
  const { splitArguments } = await import('../launch/experiment-arguments.js');
  if (confirm === undefined) return splitArguments(words);
  const { confirmationOf } = await import('../launch/confirmation.js');
  const { file, overrides } = confirmationOf(runsDir, confirm);
  const given = splitArguments([file, ...words]);
  return { files: given.files, overrides: [...overrides, ...given.overrides] };
}
