import type { Command } from 'commander';

/** Adds the run whose model is meant, and where runs are. */
export function addModelArgument(command: Command): Command {
  return command
    .argument('<run>', "a run's id or its beginning, its folder, a model's folder, or MLflow's models:/NAME/VERSION")
    .option('--runs-dir <directory>', 'where runs are kept', 'runs');
}

/** Adds a model and images for it. */
export function addImageArguments(command: Command): Command {
  return addModelArgument(command)
    .argument('<image...>', 'PNG, JPEG or WebP files of any size; - for one on standard input')
    .option('--invert', 'make light dark and dark light first: for dark digits on white paper');
}
