import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../config/text/config-error.js';
import type { DatasetConfig, ModelConfig, TrainingConfig } from '../config/schema/experiment.generated.js';
import { type LoadedExperiment, loadExperiment } from '../config/load.js';
import { asksForPart } from '../config/chance.js';
import type { Override } from '../config/text/overrides.js';
import type { Path, Problem } from '../config/text/problems.js';
import type { VariantCheck } from '../config/sweep/problems.js';
import { type BegunSweep, type SweepVariant, expandSweep, sweepDatasets } from '../config/variants/sweep.js';
import type { DatasetDescription } from '../data/dataset.js';
import { datasetShape } from '../data/load.js';
import { badUsage, UserError } from '../text/errors.js';
import type { ModelShape } from '../model/graph.js';
import { checkShapes } from '../model/shapes.js';
import { modelShape } from '../data/model-shape.js';
import { frozenMistakes } from './frozen-mistakes.js';
import { unknownClasses } from '../training/class-weights.js';
import { firstStep } from '../config/first-step.js';

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
  throw badUsage('no experiment file is given', firstStep('training.epochs=2'));
}

/** An experiment that can be run: its layers fit its data, in every variant of its sweep. */
export interface CheckedExperiment extends LoadedExperiment {
  /** The variants of its sweep, as far as they are known beforehand; undefined without a sweep. */
  variants: readonly SweepVariant[] | undefined;
  /** Its dataset, before a sweep changes it. */
  data: DatasetDescription;
  /** Of a sweep that has begun. */
  begun?: BegunSweep;
}

/** What experiments are loaded from. */
export interface GivenExperiments {
  files: readonly string[];
  overrides: readonly (string | Override)[];
  /** Of a sweep's own file, which is to continue. */
  begun?: BegunSweep;
}

/**
 * Loads every file, and those of every folder, and checks that its layers fit its data, in every variant of its sweep.
 * @throws ConfigError with the mistakes of all of them
 */
export async function loadAll({ files, overrides, begun }: GivenExperiments): Promise<CheckedExperiment[]> {
  const problems: Problem[] = [];
  const experiments: CheckedExperiment[] = [];
  for (const file of files.flatMap(experimentFiles)) {
    try {
      experiments.push(await checkExperiment(loadExperiment(file, { overrides }), begun));
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
  throw badUsage(`no experiment file lies in ${path}`, 'give a file, or a folder with files that end in .yaml');
}

/** @throws ConfigError with its mistakes beyond those that any file may have */
export async function checkExperiment(experiment: LoadedExperiment, begun?: BegunSweep): Promise<CheckedExperiment> {
  const { config, file, source } = experiment;
  const datasets = [config.dataset, ...(config.sweep ? sweepDatasets(experiment) : [])];
  const shapes = await datasetShapes(datasets, dirname(resolve(file)));
  const findMistakes = shapeCheck(shapes);
  const problems = findMistakes(config).map(({ path, details }) => source.problem(path, details));
  if (problems.length > 0) throw new ConfigError(problems);
  const { data } = shapes.get(JSON.stringify(config.dataset)) as KnownShape;
  const variants = config.sweep ? expandSweep(experiment, findMistakes, begun) : undefined;
  return { ...experiment, begun, data, variants };
}

/** What a dataset's model is given and gives, and what else is known of it. */
interface KnownShape extends ModelShape {
  data: DatasetDescription;
}

/** Datasets, as JSON → what is known of them, or why they can't be used. */
type Shapes = ReadonlyMap<string, KnownShape | UserError>;

async function datasetShapes(datasets: readonly DatasetConfig[], baseDirectory: string): Promise<Shapes> {
  const shapes = new Map<string, KnownShape | UserError>();
  for (const dataset of datasets) {
    const key = JSON.stringify(dataset);
    if (!shapes.has(key)) shapes.set(key, await shapeOrError(dataset, baseDirectory));
  }
  return shapes;
}

/** Finds layers that can't follow each other, or don't fit the images of their dataset. */
function shapeCheck(shapes: Shapes): VariantCheck {
  // Variants share the parts that don't vary.
  const shapeOf = remembered((dataset: DatasetConfig) => shapes.get(JSON.stringify(dataset)));
  const mistakesFor = remembered((shape: ModelShape) =>
    remembered((model: ModelConfig) => shapeMistakes(model, shape)),
  );
  return ({ dataset, model, training }) => {
    const shape = shapeOf(dataset);
    if (!shape) throw new Error('internal: a variant has a dataset whose shape is not known');
    if (shape instanceof UserError) return [datasetMistake(dataset, shape)];
    const { target, hasValidation } = shape.data;
    const { classes } = target;
    const mistakes = mistakesFor(shape)(model);
    // Of a model that can't be built, nothing else can be told.
    const frozen = mistakes.length > 0 ? [] : frozenMistakes({ model, training }, shape, classes);
    return [
      ...mistakes,
      ...classMistakes(training, classes),
      ...frozen,
      ...(hasValidation ? splitMistakes(dataset) : []),
    ];
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

async function shapeOrError(dataset: DatasetConfig, baseDirectory: string): Promise<KnownShape | UserError> {
  try {
    const data = await datasetShape(dataset, { baseDirectory });
    return { ...modelShape(data), data };
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** Weights of classes that the dataset doesn't have. */
function classMistakes({ class_weight: weights }: TrainingConfig, names: readonly string[]): ReturnType<VariantCheck> {
  return unknownClasses(weights, names).map(({ name, error: { message, hint } }) => {
    return { path: ['training', 'class_weight', name], details: { code: 'unknown-key', message, hint } };
  });
}

/** Folds, or a part to draw for validation, where validation images are given. */
function splitMistakes(dataset: DatasetConfig): ReturnType<VariantCheck> {
  const { validation_split: part, split } = dataset;
  const hint =
    dataset.name === 'table'
      ? 'remove the key; or give no validation rows, so that some of those for training are drawn'
      : 'remove the key; or, to draw them from the training images, move those given to their classes there';
  const mistakes = [
    { key: 'validation_split', asked: asksForPart(dataset), what: `validation_split: ${part}` },
    { key: 'split', asked: (split?.folds ?? null) !== null, what: `${split?.folds} folds` },
  ];
  return mistakes
    .filter(({ asked }) => asked)
    .map(({ key, what }) => {
      const message = `${what} beside validation ${dataset.name === 'table' ? 'rows' : 'images'} that are given, of which it changes nothing`;
      return { path: ['dataset', key], details: { code: 'conflict', message, hint } };
    });
}

/** At the path or the class that the message names, if it names one. */
function datasetMistake(
  dataset: DatasetConfig,
  { message, hint, code, files }: UserError,
): ReturnType<VariantCheck>[number] {
  const unknown = dataset.classes?.findIndex((name) => message.endsWith(JSON.stringify(name))) ?? -1;
  if (code === 'dataset-class-unknown' && unknown >= 0)
    return { path: ['dataset', 'classes', unknown], details: { code: 'unusable-dataset', message, hint } };
  const missing = columnPlaces(dataset).find(({ name }) => message.endsWith(`has no column ${JSON.stringify(name)}`));
  if (missing) return { path: missing.path, details: { code: 'unusable-dataset', message, hint } };
  const named = Object.entries(dataset).find(([, value]) => typeof value === 'string' && message.includes(value));
  const path = ['dataset', ...(named && named[0] !== 'name' ? [named[0]] : 'path' in dataset ? ['path'] : [])];
  return { path, details: { code: 'unusable-dataset', message, hint, files } };
}

/** Where a table's columns are named. */
function columnPlaces(dataset: DatasetConfig): { name: string; path: Path }[] {
  if (dataset.name !== 'table') return [];
  const { inputs, target, split } = dataset;
  const named = (section: string, columns: object): { name: string; path: Path }[] =>
    Object.keys(columns).map((name) => ({ name, path: ['dataset', section, name] }));
  const divided = (['group', 'time', 'column'] as const).flatMap((key) => {
    const name = split?.[key] ?? null;
    return name === null ? [] : [{ name, path: ['dataset', 'split', key] }];
  });
  return [...named('inputs', inputs), ...named('target', target), ...divided];
}

function shapeMistakes(model: ModelConfig, shape: ModelShape): ReturnType<VariantCheck> {
  return checkShapes(model, shape).map(({ path, ...details }) => ({
    path,
    details: { code: 'impossible-shape', ...details },
  }));
}
