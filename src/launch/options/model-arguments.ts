import type { Command } from 'commander';
import { badUsage } from '../../text/errors.js';
import { NAMES, runsDirectoryOption } from './runs-directory.js';

/** Adds the run whose model is meant, and where runs are. */
export function addModelArgument(command: Command): Command {
  return command
    .argument('<run>', `a run: ${NAMES}; a model's folder, or MLflow's models:/NAME/VERSION`)
    .addOption(runsDirectoryOption());
}

/** Adds a model and images for it. */
export function addImageArguments(command: Command, images = '<image...>'): Command {
  return addModelArgument(command)
    .argument(
      images,
      'PNG, JPEG or WebP files of any size, folders of them, patterns ("*.png"); - for one on standard input; of a model of rows, a table',
    )
    .option('--invert', 'make light dark and dark light first: for dark digits on white paper');
}

/**
 * What only models of images have, for a model of rows.
 * @param given the options and what they were given, if they were
 * @throws UserError `bad-usage`
 */
export function refuseImageOptions(model: string, given: Readonly<Record<string, unknown>>): void {
  const option = Object.keys(given).find((name) => given[name] !== undefined);
  if (option === undefined) return;
  throw badUsage(`${model} takes rows of a table, and ${option} is for models of images`, `leave out ${option}`);
}
