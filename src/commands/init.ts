import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { TemplateName } from '../init/templates.js';

interface Options {
  template: TemplateName;
  from?: string;
  target?: string;
  json?: true;
}

/** Adds `ablate init` to the program. */
export function registerInit(program: Command): void {
  const names: TemplateName[] = ['mnist', 'images', 'sweep', 'fine-tuning'];
  program
    .command('init')
    .description('write an experiment to begin with, and what git is to ignore; never overwrites a file')
    .argument('[folder]', 'folder to write into', '.')
    .addOption(new Option('--template <name>', 'what to begin with').choices(names).default('mnist'))
    .addOption(
      new Option('--from <data>', 'look at a folder of images or a table, and write the experiment for it').conflicts(
        'template',
      ),
    )
    .option('--target <column>', 'of a table, the column to predict (default: the last that can be)')
    .option('--json', 'print the files that were written, and the next commands, as JSON')
    .action(init);
}

async function init(folder: string, options: Options): Promise<void> {
  const { ablate } = await import('../system/shell.js');
  const { experimentFiles, schemaFile } = await import('../init/experiment-files.js');
  const { gitignore, writeNew } = await import('../init/write-files.js');
  const experiments = await experimentFiles(folder, options);
  const ignored = gitignore(folder);
  const files = [...experiments, ...schemaFile(folder), ...(ignored.file ? [ignored.file] : [])];
  writeNew(folder, files);
  const paths = files.map(({ name }) => join(folder, name));
  const next = experiments.map(({ name }) => ablate('run', join(folder, name)));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ files: paths, next }, null, 2)}\n`);
    return;
  }
  if (ignored.missing !== undefined) {
    process.stderr.write(`.gitignore is there already: add the line ${ignored.missing} to it\n`);
  }
  const isEmpty = options.template === 'images' && options.from === undefined;
  const first = isEmpty
    ? `put your images into ${join(folder, 'images')}/CLASS/, a folder for each class, then`
    : 'next';
  const lines = [...paths.map((path) => `wrote ${path}`), '', first, ...next.map((command) => `  ${command}`)];
  process.stdout.write(`${lines.join('\n')}\n`);
}
