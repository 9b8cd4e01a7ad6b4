import type { Command } from 'commander';
import type { Difference } from '../config/diff.js';
import type { LoadedExperiment } from '../config/load.js';
import type { CheckedExperiment, ExperimentArguments } from './experiment-arguments.js';

interface Options {
  diff?: true;
  json?: true;
}

/** Adds `ablate check` to the program. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('validate experiment files and print them with every default filled in')
    .argument(
      '<file...>',
      'experiment files, or folders of them, then overrides: training.optimizer.learning_rate=0.01',
    )
    .option(
      '--diff',
      'print what differs from the file before overrides, from the base it extends, or from the defaults',
    )
    .option('--json', 'print the resolved configurations, or the mistakes, as JSON')
    .action(check);
}

async function check(words: string[], options: Options): Promise<void> {
  const { loadAll, splitArguments } = await import('./experiment-arguments.js');
  const given = splitArguments(words);
  const experiments = await loadAll(given);
  process.stdout.write(
    options.json ? await toJson(experiments, given, options) : await toText(experiments, given, options),
  );
}

async function toText(
  experiments: CheckedExperiment[],
  given: ExperimentArguments,
  { diff }: Options,
): Promise<string> {
  const { formatDifferences } = await import('../config/diff.js');
  const { toYaml } = await import('../config/format.js');
  const { sweepSize } = await import('./sweep-summary.js');
  const texts = experiments.map(async (experiment) => {
    if (diff) return formatDifferences(await differencesOf(experiment, given));
    const { config, cells } = experiment;
    return `${cells ? `# ${sweepSize(config, cells)}\n` : ''}${toYaml(config)}`;
  });
  const separate = (text: string, i: number) => `# ${experiments[i].file}\n${text}`;
  const separator = diff ? '\n' : '---\n';
  return experiments.length === 1 ? await texts[0] : (await Promise.all(texts)).map(separate).join(separator);
}

async function toJson(
  experiments: CheckedExperiment[],
  given: ExperimentArguments,
  { diff }: Options,
): Promise<string> {
  const { configHash } = await import('../config/hash.js');
  const { sweepJson } = await import('./sweep-summary.js');
  const results = experiments.map(async (experiment) => ({
    file: experiment.file,
    config_hash: configHash(experiment.config),
    ...(experiment.cells ? { sweep: sweepJson(experiment.config, experiment.cells) } : {}),
    ...(diff ? { differences: await differencesOf(experiment, given) } : { config: experiment.config }),
  }));
  return `${JSON.stringify(await Promise.all(results), null, 2)}\n`;
}

async function differencesOf(
  { file, base, config }: LoadedExperiment,
  given: ExperimentArguments,
): Promise<Difference[]> {
  const { differences, withoutChoices } = await import('../config/diff.js');
  const { loadExperiment } = await import('../config/load.js');
  const before = base ?? (given.overrides.length > 0 ? file : undefined);
  return differences(before === undefined ? withoutChoices(config) : loadExperiment(before).config, config);
}
