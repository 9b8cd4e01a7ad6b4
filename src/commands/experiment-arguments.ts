import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import type { DatasetConfig, ModelConfig } from '../config/experiment.js';
import { type LoadedExperiment, loadExperiment } from '../config/load.js';
import type { Override } from '../config/overrides.js';
import type { Problem } from '../config/problems.js';
import type { VariantCheck } from '../config/sweep-problems.js';
import { type Cell, expandSweep, sweepDatasets } from '../config/sweep.js';
import { datasetShape } from '../data/load.js';
import { UserError } from '../errors.js';
import type { ImageShape } from '../model/graph.js';
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

/** An experiment that can be run: its layers fit its data, in every variant of its sweep. */
export interface CheckedExperiment extends LoadedExperiment {
  /** The variants of its sweep, as far as they are known beforehand; undefined without a sweep. */
  cells: readonly Cell[] | undefined;
}

/** What experiments are loaded from. */
export interface GivenExperiments {
  files: readonly string[];
  overrides: readonly (string | Override)[];
}

/**
 * Loads every file, and those of every folder, and checks that its layers fit its data, in every variant of its sweep.
 * @throws ConfigError with the mistakes of all of them
 */
export async function loadAll({ files, overrides }: GivenExperiments): Promise<CheckedExperiment[]> {
  const problems: Problem[] = [];
  const experiments: CheckedExperiment[] = [];
  for (const file of files.flatMap(experimentFiles)) {
    try {
      experiments.push(await checkExperiment(loadExperiment(file, { overrides })));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return experiments;
}

/** The file itself; of a folder, its YAML files in the order of their names. */
function experimentFiles(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.ya?ml$/i.test(name));
  if (names.length > 0) return names.sort().map((name) => join(path, name));
  throw new UserError(`no experiment file lies in ${path}`, {
    code: 'bad-usage',
    hint: 'give a file, or a folder with files that end in .yaml',
    exitCode: 2,
  });
}

/** @throws ConfigError with its mistakes beyond those that any file may have */
export async function checkExperiment(experiment: LoadedExperiment): Promise<CheckedExperiment> {
  const { config, file, source } = experiment;
  const datasets = [config.dataset, ...(config.sweep ? sweepDatasets(experiment) : [])];
  const findMistakes = await shapeCheck(datasets, dirname(resolve(file)));
  const problems = findMistakes(config).map(({ path, details }) => source.problem(path, details));
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...experiment, cells: config.sweep ? expandSweep(experiment, findMistakes) : undefined };
}

/** Finds layers that can't follow each other, or don't fit the images of their dataset. */
async function shapeCheck(datasets: readonly DatasetConfig[], baseDirectory: string): Promise<VariantCheck> {
  const shapes = new Map<string, ImageShape | UserError>();
  for (const dataset of datasets) {
    const key = JSON.stringify(dataset);
    if (!shapes.has(key)) shapes.set(key, await shapeOrError(dataset, baseDirectory));
  }
  // Variants share the parts that don't vary.
  const shapeOf = remembered((dataset: DatasetConfig) => shapes.get(JSON.stringify(dataset)));
  const mistakesFor = remembered((shape: ImageShape) =>
    remembered((model: ModelConfig) => shapeMistakes(model, shape)),
  );
  return ({ dataset, model }) => {
    const shape = shapeOf(dataset);
    if (!shape) throw new Error('internal: a variant has a dataset whose shape is not known');
    if (shape instanceof UserError) return [datasetMistake(dataset, shape)];
    return mistakesFor(shape)(model);
  };
}

/** The function, computed once for each object. */
function remembered<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { value: V }>();
  return (key) => {
    const result = known.get(key) ?? { value: compute(key) };
    known.set(key, result);
    return result.value;
  };
}

async function shapeOrError(dataset: DatasetConfig, baseDirectory: string): Promise<ImageShape | UserError> {
  try {
    const shape = await datasetShape(dataset, { baseDirectory });
    return { ...shape, classes: shape.classes.length };
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** At the path that the message names, if it names one. */
function datasetMistake(dataset: DatasetConfig, { message, hint }: UserError): ReturnType<VariantCheck>[number] {
  const named = Object.entries(dataset).find(([, value]) => typeof value === 'string' && message.includes(value));
  const path = ['dataset', ...(named && named[0] !== 'name' ? [named[0]] : 'path' in dataset ? ['path'] : [])];
  return { path, details: { code: 'unusable-dataset', message, hint } };
}

function shapeMistakes(model: ModelConfig, shape: ImageShape): ReturnType<VariantCheck> {
  return checkShapes(model, shape).map(({ path, ...details }) => ({
    path,
    details: { code: 'impossible-shape', ...details },
  }));
}
