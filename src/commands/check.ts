import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Difference } from '../config/diff.js';
import type { LoadedExperiment } from '../config/load.js';
import type { DataCheck } from '../data/check-data.js';
import type { DatasetProgress } from '../data/dataset.js';
import type { CheckedExperiment, ExperimentArguments } from '../launch/experiment-arguments.js';

interface Options {
  data?: true;
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
    .option('--data', 'read all data: test images among the training images, what tables lack, repeat or bring anew')
    .option('--json', 'print the resolved configurations, or the mistakes, as JSON')
    .action(check);
}

async function check(words: string[], options: Options): Promise<void> {
  const { loadAll, splitArguments } = await import('../launch/experiment-arguments.js');
  const { checkAgainstModels } = await import('../launch/pinned-models.js');
  const given = splitArguments(words);
  const experiments = await loadAll(given);
  await checkAgainstModels(experiments, 'runs');
  const found = options.data ? await checkAllData(experiments) : [];
  process.stdout.write(
    options.json ? await toJson(experiments, found, given, options) : await toText(experiments, found, given, options),
  );
  if (!options.json) await sayValid(experiments);
}

/** On standard error: what is printed stays a configuration. */
async function sayValid(experiments: CheckedExperiment[]): Promise<void> {
  const { colorsOn } = await import('../text/visible.js');
  const { counted } = await import('../text/words.js');
  const variants = experiments.reduce((sum, experiment) => sum + (experiment.variants?.length ?? 0), 0);
  const files = experiments.length === 1 ? [] : [counted(experiments.length, 'file')];
  const told = [...files, ...(variants === 0 ? [] : [counted(variants, 'variant')])];
  process.stderr.write(`${colorsOn(process.stderr).green('✓')} ${['valid', ...told].join(', ')}\n`);
}

async function checkAllData(experiments: readonly CheckedExperiment[]): Promise<DataCheck[]> {
  const { checkData } = await import('../data/check-data.js');
  const { showProgress } = await import('../display/status-line.js');
  const status = showProgress(process.stderr);
  const onProgress = (progress: DatasetProgress): void => {
    status.onProgress({ type: 'data-progress', ...progress });
  };
  const found: DataCheck[] = [];
  try {
    for (const { config, file } of experiments)
      found.push(await checkData(config, { baseDirectory: dirname(file), onProgress }));
  } finally {
    status.clear();
  }
  return found;
}

async function toText(
  experiments: CheckedExperiment[],
  found: readonly DataCheck[],
  given: ExperimentArguments,
  { diff }: Options,
): Promise<string> {
  const { formatDifferences } = await import('../config/diff.js');
  const { toYaml } = await import('../config/format.js');
  const { sizeOfSweep } = await import('../config/variants/size.js');
  const { sizeText } = await import('../display/sweep/sweep-summary.js');
  const { datasetText } = await import('../display/dataset-account.js');
  const { dataCheckText } = await import('../display/data-check.js');
  const texts = experiments.map(async (experiment, index) => {
    if (diff) return formatDifferences(await differencesOf(experiment, given));
    const { config, variants, data } = experiment;
    const check = index in found ? dataCheckText(found[index]) : '';
    const account = `${datasetText(data, experiment.file)}${check}`.replace(/^(?=.)/gm, '# ');
    return `${account}${variants ? `# ${sizeText(sizeOfSweep(config, variants))}\n` : ''}${toYaml(config)}`;
  });
  const separate = (text: string, i: number) => `# ${experiments[i].file}\n${text}`;
  const separator = diff ? '\n' : '---\n';
  return experiments.length === 1 ? await texts[0] : (await Promise.all(texts)).map(separate).join(separator);
}

async function toJson(
  experiments: CheckedExperiment[],
  found: readonly DataCheck[],
  given: ExperimentArguments,
  { diff }: Options,
): Promise<string> {
  const { configHash } = await import('../config/hash.js');
  const { sweepJson } = await import('../display/sweep/sweep-summary.js');
  const { datasetJson } = await import('../display/dataset-account.js');
  const results = experiments.map(async (experiment, index) => ({
    file: experiment.file,
    config_hash: configHash(experiment.config),
    ...datasetJson(experiment.data),
    ...(index in found ? { data_check: found[index] } : {}),
    ...(experiment.variants ? { sweep: sweepJson(experiment.config, experiment.variants) } : {}),
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
