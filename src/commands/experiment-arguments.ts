import { dirname, resolve } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import { type LoadedExperiment, loadExperiment } from '../config/load.js';
import type { Problem } from '../config/problems.js';
import { datasetShape } from '../data/load.js';
import { UserError } from '../errors.js';
import { checkShapes } from '../model/shapes.js';

/** What a command line says about experiments. */
export interface ExperimentArguments {
  files: string[];
  /** `key=value`, `+key=value`, `~key`, for every file. */
  overrides: string[];
}

/** Tells files from overrides: what has an `=` or begins with `~` or `+` changes a key. */
export function splitArguments(words: readonly string[]): ExperimentArguments {
  const isOverride = (word: string): boolean => /^[~+]/.test(word) || (word.includes('=') && !/\.ya?ml$/i.test(word));
  const files = words.filter((word) => !isOverride(word));
  if (files.length > 0) return { files, overrides: words.filter(isOverride) };
  throw new UserError('no experiment file is given', {
    code: 'bad-usage',
    hint: 'for example: ablate run experiments/baseline.yaml training.epochs=2',
    exitCode: 2,
  });
}

/**
 * Loads every file and checks that its layers fit its data.
 * @throws ConfigError with the mistakes of all of them
 */
export async function loadAll({ files, overrides }: ExperimentArguments): Promise<LoadedExperiment[]> {
  const problems: Problem[] = [];
  const experiments: LoadedExperiment[] = [];
  for (const file of files) {
    try {
      const experiment = loadExperiment(file, { overrides });
      problems.push(...(await shapeProblems(experiment)));
      experiments.push(experiment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return experiments;
}

/** Layers that can't follow each other, each at its line. */
async function shapeProblems({ config, file, source }: LoadedExperiment): Promise<Problem[]> {
  const shape = await datasetShape(config.dataset, { baseDirectory: dirname(resolve(file)) });
  const input = { ...shape, classes: shape.classes.length };
  return checkShapes(config.model, input).map(({ path, ...details }) =>
    source.problem(path, { code: 'impossible-shape', ...details }),
  );
}
